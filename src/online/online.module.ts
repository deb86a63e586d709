import { Module } from '@nestjs/common';
import { CLOCK, type Clock } from '../platform/clock.js';
import { LOOKUP, Lookup } from './lookup.js';
import { OnlineController } from './online.controller.js';
import { ONLINE_STORE, type OnlineStore } from './store.js';

/** Latest values. The store itself is chosen by the composition root. */
@Module({
  controllers: [OnlineController],
  providers: [
    {
      provide: LOOKUP,
      inject: [ONLINE_STORE, CLOCK],
      useFactory: (store: OnlineStore, clock: Clock) => new Lookup(store, clock),
    },
  ],
  exports: [LOOKUP],
})
export class OnlineModule {}
