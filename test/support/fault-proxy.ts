import { createServer, type Server, Socket } from 'node:net';
import { Lane } from './lane.js';

/** What a {@link FaultProxy} does to connections: the docstrings of its methods tell. */
type Fault =
  | { readonly kind: 'none' | 'cut' | 'hold' | 'half-open' | 'lost-answers' }
  | { readonly kind: 'delay'; readonly ms: number };

type Pair = {
  readonly near: Socket;
  readonly far: Socket;
  readonly lanes: readonly Lane[];
  /** A fault swallowed some of its data: it cannot go on. */
  isBroken: boolean;
};

/**
 * A port of the loopback that passes connections on to another, and does them harm when it is told to. A fault is for all
 * connections, open and new, until the next one.
 */
export class FaultProxy {
  private fault: Fault = { kind: 'none' };
  private readonly pairs = new Set<Pair>();

  private constructor(
    private readonly server: Server,
    private readonly targetPort: number,
  ) {
    server.on('connection', (near) => this.take(near));
  }

  /** Before a server of the loopback; `port` 0 takes a free one. */
  static async open(targetPort: number, port = 0): Promise<FaultProxy> {
    const server = createServer({ allowHalfOpen: true });
    const proxy = new FaultProxy(server, targetPort);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    return proxy;
  }

  get port(): number {
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy is closed');
    return address.port;
  }

  /** Open connections that lost data to a fault, and pieces of data that wait: what a fault has met so far. */
  get harm(): { readonly broken: number; readonly waiting: number } {
    const pairs = [...this.pairs];
    const waiting = pairs.flatMap(({ lanes }) => lanes).reduce((sum, lane) => sum + lane.length, 0);
    return { broken: pairs.filter(({ isBroken }) => isBroken).length, waiting };
  }

  /** Connections are reset now, and new ones as they come. */
  cut(): void {
    this.become({ kind: 'cut' });
    for (const pair of this.pairs) reset(pair);
  }

  /** Every piece of data takes `ms` longer, in both directions. */
  delay(ms: number): void {
    this.become({ kind: 'delay', ms });
  }

  /** Nothing arrives until {@link resume}, and then all of it, however old. */
  hold(): void {
    this.become({ kind: 'hold' });
  }

  /** Connections are taken and kept; nothing arrives, ever, and nothing is answered. */
  halfOpen(): void {
    this.become({ kind: 'half-open' });
  }

  /** What is asked arrives and its answer never does: the caller cannot know whether it was done. */
  loseAnswers(): void {
    this.become({ kind: 'lost-answers' });
  }

  /** No more harm. Connections that lost data are reset, others go on. */
  resume(): void {
    this.become({ kind: 'none' });
  }

  async close(): Promise<void> {
    for (const pair of this.pairs) reset(pair);
    await new Promise((resolve) => this.server.close(resolve));
  }

  private become(fault: Fault): void {
    this.fault = fault;
    for (const pair of this.pairs) {
      if (pair.isBroken && fault.kind === 'none') reset(pair);
      else if (fault.kind !== 'hold') for (const lane of pair.lanes) lane.open();
    }
  }

  private take(near: Socket): void {
    const far = new Socket({ allowHalfOpen: true });
    const pair: Pair = { near, far, lanes: [new Lane(), new Lane()], isBroken: false };
    this.pairs.add(pair);
    this.carry(pair, 0);
    this.carry(pair, 1);
    if (this.fault.kind === 'cut') reset(pair);
    else if (this.fault.kind === 'half-open') pair.isBroken = true;
    else far.connect(this.targetPort, '127.0.0.1');
  }

  /** Lane 0 carries what is asked, lane 1 what is answered. */
  private carry(pair: Pair, direction: 0 | 1): void {
    const [from, to] = direction === 0 ? [pair.near, pair.far] : [pair.far, pair.near];
    from.setNoDelay(true);
    from.on('data', (data: Buffer) => this.pass(pair, direction, () => write(from, to, data)));
    from.on('end', () => this.pass(pair, direction, () => to.end()));
    from.on('error', () => reset(pair));
    from.on('close', () => {
      if (to.destroyed) this.pairs.delete(pair);
    });
  }

  private pass(pair: Pair, direction: 0 | 1, act: () => void): void {
    const { fault } = this;
    const lane = pair.lanes[direction]!;
    if (fault.kind === 'half-open' || (fault.kind === 'lost-answers' && direction === 1))
      pair.isBroken = true;
    if (pair.isBroken && (fault.kind !== 'lost-answers' || direction === 1)) return;
    if (fault.kind === 'hold') lane.shut();
    lane.put(act, fault.kind === 'delay' ? fault.ms : 0);
  }
}

function reset({ near, far }: Pair): void {
  near.resetAndDestroy();
  far.resetAndDestroy();
}

function write(from: Socket, to: Socket, data: Buffer): void {
  if (to.destroyed || to.write(data)) return;
  from.pause();
  to.once('drain', () => from.resume());
}
