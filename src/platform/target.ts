import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { projectOf } from './project.js';

/** The source that a route is about. */
export type Target = { readonly project: string; readonly source: string };

/** Injects the {@link Target} of a request: project and source of its path. */
export const Target = createParamDecorator((_: unknown, context: ExecutionContext): Target => {
  return targetOf(paramsOf(context));
});

/** The same of a request's names in its path. Throws INVALID_REQUEST where the project is no name. */
export function targetOf(params: unknown): Target {
  return { project: projectOf(params), source: (params as Params)['source'] ?? '' };
}

/** The fitted transform that a route is about. */
export type TransformTarget = { readonly project: string; readonly id: string };

/** Injects the {@link TransformTarget} of a request. */
export const TransformTarget = createParamDecorator(
  (_: unknown, context: ExecutionContext): TransformTarget => {
    const params = paramsOf(context);
    return { project: projectOf(params), id: params['id'] ?? '' };
  },
);

type Params = Readonly<Record<string, string>>;

function paramsOf(context: ExecutionContext): Params {
  return context.switchToHttp().getRequest<{ readonly params: Params }>().params;
}
