/** Numbers by their names. */
export type Figures = Readonly<Record<string, number>>;

/** Figures that rooms show beside the health of the service. */
export class HealthFigures {
  private readonly rooms = new Map<string, () => Figures>();

  /** `read` is asked at every look, and answers at once. */
  add(room: string, read: () => Figures): void {
    this.rooms.set(room, read);
  }

  read(): Readonly<Record<string, { readonly status: 'up' }>> {
    return Object.fromEntries(
      [...this.rooms].map(([room, read]) => [room, { ...read(), status: 'up' as const }]),
    );
  }
}
