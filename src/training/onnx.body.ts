import { ApiProperty } from '@nestjs/swagger';
import { IsBase64, IsNotEmpty } from 'class-validator';

/** An ONNX file. */
export class OnnxBody {
  @ApiProperty({ description: 'The bytes of the file in base64', format: 'byte' })
  @IsBase64()
  @IsNotEmpty()
  readonly content: string;
}
