import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { requireName } from './project.js';

/** The source that a route is about. */
export type Target = { readonly project: string; readonly source: string };

/** Injects the {@link Target} of a request: project and source of its path. */
export const Target = createParamDecorator((_: unknown, context: ExecutionContext): Target => {
  const { params } = context
    .switchToHttp()
    .getRequest<{ readonly params: Readonly<Record<string, string>> }>();
  return { project: requireName('project', params['project']), source: params['source'] ?? '' };
});
