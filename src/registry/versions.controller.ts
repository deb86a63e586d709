import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
  type Type,
} from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { DOCUMENT_KINDS, type DocumentKind } from '../definition/document.js';
import { requireNoBody } from '../platform/no-body.js';
import { PROJECT_ROUTE, Project } from '../platform/project.js';
import { VersionNumber } from '../platform/version-number.js';
import { VersionQuery } from './definitions.body.js';
import { DeleteVersions } from './delete-versions.js';
import type { Dependant } from './dependants.js';
import { KIND_ROUTES, VERSION_ROUTES } from './kind-routes.js';
import type { Resting } from './resting.js';
import { VersionList, type VersionView } from './version-list.js';

import { VersionStates } from './version-states.js';
import { DeprecateBody, deprecateBodyOf } from './versions.body.js';

type Items<Item> = { readonly items: readonly Item[] };
type Deleted = { readonly deleted: readonly Dependant[] };

const VERSION = { schema: { $ref: '#/components/schemas/Version' } };

const DELETED = {
  schema: {
    type: 'object',
    properties: { deleted: { type: 'array', items: { $ref: '#/components/schemas/DocumentVersion' } } },
    required: ['deleted'],
  },
};

/** One controller a kind for its versions, and one for what only feature sets have. */
export const VERSION_CONTROLLERS: readonly Type[] = [
  ...DOCUMENT_KINDS.flatMap(controllersOf),
  deactivation(),
];

function controllersOf(kind: DocumentKind): readonly Type[] {
  return [listController(kind), stateController(kind), deleteController(kind)];
}

/** Names of operations in the OpenAPI document. */
function operation(verb: string, kind: DocumentKind, summary: string): MethodDecorator {
  return ApiOperation({ summary, operationId: `${verb}${kind}` });
}

function listController(kind: DocumentKind): Type {
  @ApiTags('definitions')
  @Controller(`${PROJECT_ROUTE}/${KIND_ROUTES[kind]}/:name`)
  class VersionListController {
    constructor(@Inject(VersionList) private readonly versions: VersionList) {}

    @Get(VERSION_ROUTES[kind])
    @operation('listVersionsOf', kind, `Lists every version of one ${kind}, its state and what rests on it`)
    @ApiOkResponse(itemsOf('Version'))
    async list(@Project() project: string, @Param('name') name: string): Promise<Items<VersionView>> {
      return { items: await this.versions.of(project, kind, name) };
    }

    @Get('dependants')
    @operation('listDependantsOf', kind, `Lists what rests on one ${kind}, directly or through others`)
    @ApiOkResponse(itemsOf('Dependant'))
    async dependants(
      @Project() project: string,
      @Param('name') name: string,
      @Query() { version }: VersionQuery,
    ): Promise<Items<Resting>> {
      return { items: await this.versions.dependants({ project, kind, name, version }) };
    }
  }
  return named(VersionListController, `${kind}VersionListController`);
}

function stateController(kind: DocumentKind): Type {
  @ApiTags('definitions')
  @Controller(`${PROJECT_ROUTE}/${KIND_ROUTES[kind]}/:name/${VERSION_ROUTES[kind]}/:version`)
  class VersionStateController {
    constructor(
      @Inject(VersionStates) private readonly states: VersionStates,
      @Inject(VersionList) private readonly versions: VersionList,
    ) {}

    @Post('deprecate')
    @HttpCode(200)
    @operation('deprecate', kind, `Deprecates a version of one ${kind}: it goes on serving, plans warn of it`)
    @ApiBody({ type: DeprecateBody, required: false })
    @ApiOkResponse(VERSION)
    async deprecate(
      @Project() project: string,
      @Param('name') name: string,
      @VersionNumber() version: number,
      @Body() body: unknown,
    ): Promise<VersionView> {
      const { reason, use } = await deprecateBodyOf(body);
      const of = { project, kind, name, version };
      await this.states.deprecate(of, { ...(reason && { reason }), ...(use && { use }) });
      return this.versions.one(of);
    }

    @Post('activate')
    @HttpCode(200)
    @operation('activate', kind, `Makes a version of one ${kind} active again`)
    @ApiOkResponse(VERSION)
    async activate(
      @Project() project: string,
      @Param('name') name: string,
      @VersionNumber() version: number,
      @Body() body: unknown,
    ): Promise<VersionView> {
      requireNoBody(body);
      const of = { project, kind, name, version };
      await this.states.activate(of);
      return this.versions.one(of);
    }
  }
  return named(VersionStateController, `${kind}VersionStateController`);
}

function deactivation(): Type {
  const kind = 'FeatureSet';
  @ApiTags('definitions')
  @Controller(`${PROJECT_ROUTE}/${KIND_ROUTES[kind]}/:name/${VERSION_ROUTES[kind]}/:version`)
  class DeactivationController {
    constructor(
      @Inject(VersionStates) private readonly states: VersionStates,
      @Inject(VersionList) private readonly versions: VersionList,
    ) {}

    @Post('deactivate')
    @HttpCode(200)
    @operation('deactivate', kind, 'Ends the online state of a feature set version; history goes on serving')
    @ApiOkResponse(VERSION)
    async deactivate(
      @Project() project: string,
      @Param('name') name: string,
      @VersionNumber() version: number,
      @Body() body: unknown,
    ): Promise<VersionView> {
      requireNoBody(body);
      const of = { project, kind, name, version } as const;
      await this.states.deactivate(of);
      return this.versions.one(of);
    }
  }
  return named(DeactivationController, 'FeatureSetDeactivationController');
}

function deleteController(kind: DocumentKind): Type {
  @ApiTags('definitions')
  @Controller(`${PROJECT_ROUTE}/${KIND_ROUTES[kind]}/:name`)
  class VersionDeleteController {
    constructor(@Inject(DeleteVersions) private readonly deletions: DeleteVersions) {}

    @Delete()
    @operation('delete', kind, `Deletes every version of one ${kind} when nothing rests on any`)
    @ApiOkResponse(DELETED)
    async deleteAll(
      @Project() project: string,
      @Param('name') name: string,
      @Body() body: unknown,
    ): Promise<Deleted> {
      requireNoBody(body);
      return { deleted: await this.deletions.delete({ project, kind, name }) };
    }

    @Delete(`${VERSION_ROUTES[kind]}/:version`)
    @operation('deleteVersionOf', kind, `Deletes a version of one ${kind} when nothing rests on it`)
    @ApiOkResponse(DELETED)
    async delete(
      @Project() project: string,
      @Param('name') name: string,
      @VersionNumber() version: number,
      @Body() body: unknown,
    ): Promise<Deleted> {
      requireNoBody(body);
      return { deleted: await this.deletions.delete({ project, kind, name, version }) };
    }
  }
  return named(VersionDeleteController, `${kind}VersionDeleteController`);
}

function named(controller: Type, name: string): Type {
  Object.defineProperty(controller, 'name', { value: name });
  return controller;
}

function itemsOf(component: string): object {
  return {
    schema: {
      type: 'object',
      properties: { items: { type: 'array', items: { $ref: `#/components/schemas/${component}` } } },
      required: ['items'],
    },
  };
}
