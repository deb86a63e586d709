import { Module } from '@nestjs/common';
import { CLOCK, type Clock } from '../platform/clock.js';
import { FILE_READER, type FileReader } from './file-reader.js';
import { FRAME_READER, FrameReader } from './frame.js';
import { HISTORY, History } from './history.js';
import { OfflineController } from './offline.controller.js';
import { RETRIEVAL, Retrieval } from './retrieval.js';
import { OFFLINE_STORE, type OfflineStore } from './store.js';

/** History. The store and the file reader are chosen by the composition root. */
@Module({
  controllers: [OfflineController],
  providers: [
    { provide: HISTORY, inject: [OFFLINE_STORE], useFactory: (store: OfflineStore) => new History(store) },
    {
      provide: RETRIEVAL,
      inject: [HISTORY, CLOCK],
      useFactory: (history: History, clock: Clock) => new Retrieval(history, clock),
    },
    {
      provide: FRAME_READER,
      inject: [FILE_READER],
      useFactory: (files: FileReader) => new FrameReader(files),
    },
  ],
  exports: [HISTORY, RETRIEVAL, FRAME_READER],
})
export class OfflineModule {}
