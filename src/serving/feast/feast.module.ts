import { Module } from '@nestjs/common';
import { ANSWER_LOG, type AnswerLog } from '../../online/answer-log.js';
import { LOOKUP, type Lookup } from '../../online/lookup.js';
import { OnlineModule } from '../../online/online.module.js';
import { CATALOG_HOLDER, type CatalogHolder } from '../../registry/catalog.js';
import { ROW_DOOR, type RowDoor } from '../row-door.js';
import { FeastController, FeastProjectController } from './feast.controller.js';
import { FeastLookup } from './feast-lookup.js';
import { FeastPush } from './feast-push.js';

/** The wire format of Feast's feature server. The door that its pushes go through is chosen by the composition root. */
@Module({
  imports: [OnlineModule],
  controllers: [FeastController, FeastProjectController],
  providers: [
    {
      provide: FeastLookup,
      inject: [CATALOG_HOLDER, LOOKUP, ANSWER_LOG],
      useFactory: (catalogs: CatalogHolder, lookups: Lookup, answers: AnswerLog) =>
        new FeastLookup({ catalogs, lookups, answers }),
    },
    {
      provide: FeastPush,
      inject: [CATALOG_HOLDER, ROW_DOOR],
      useFactory: (catalogs: CatalogHolder, door: RowDoor) => new FeastPush(catalogs, door),
    },
  ],
})
export class FeastModule {}
