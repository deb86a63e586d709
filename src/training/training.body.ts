import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsOptional, IsString } from 'class-validator';
import { FrameQueryParameters } from '../offline/offline.body.js';
import { IsVersion } from '../platform/is-version.js';
import { TRANSFORM_LAYOUTS, type TransformLayout } from './transformed-rows.js';

/** Which training set a model is trained on. */
export class TrainBody {
  @ApiProperty({ description: 'Id of a training set of the model’s feature service' })
  @IsString()
  readonly trainingSet: string;

  @ApiPropertyOptional({ description: 'Version of the model definition; default the latest' })
  @IsOptional()
  @IsVersion()
  readonly modelVersion?: number;
}

/** How the frame of a training set is to be joined: with the features of a service, which a model can name. */
export class TrainingSetParameters extends FrameQueryParameters {
  @ApiProperty({ example: 'arrival_delay' })
  @IsString()
  readonly featureService: string;
}

/** How transformed rows are laid out. */
export class ApplyTransformParameters {
  @ApiPropertyOptional({
    enum: TRANSFORM_LAYOUTS,
    description: 'A column a number of the vector (default), or one an output of the transform',
  })
  @IsOptional()
  @IsIn(TRANSFORM_LAYOUTS)
  readonly layout?: TransformLayout;
}

/** How far a version is reproduced. */
export class ReproduceBody {
  @ApiPropertyOptional({
    description: 'Whether the training set is retrieved anew from its query and snapshot, and compared',
  })
  @IsOptional()
  @IsBoolean()
  readonly retrieve?: boolean;
}
