import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { PROJECT_ROUTE } from '../platform/project.js';
import { ImportOnnx, type OnnxImport } from './import-onnx.js';
import { OnnxBody } from './onnx.body.js';

/** ONNX files, which models of kind `onnx` name by their hash. */
@ApiTags('training')
@Controller(`${PROJECT_ROUTE}/onnx-files`)
export class OnnxController {
  constructor(@Inject(ImportOnnx) private readonly imports: ImportOnnx) {}

  @Post()
  @HttpCode(201)
  @ApiOperation({
    summary: 'Checks an ONNX file and keeps it; a model definition names it by the hash answered',
  })
  upload(@Body() { content }: OnnxBody): Promise<OnnxImport> {
    return this.imports.upload(content);
  }
}
