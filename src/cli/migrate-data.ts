import type { CommandResult, LocalOptions } from './command.js';

/** Moves the data of an installation whose service is stopped to where another configuration says, or tells what would move. */
export async function migrateData({ from, to, plan, json }: LocalOptions): Promise<CommandResult> {
  if (from === undefined || to === undefined) {
    throw new Error(
      'name the configuration of the service as it is with --from, and as it is to be with --to, such as "--from plumbline.yaml --to production.yaml"',
    );
  }
  // Engines are loaded by the one command that needs them.
  const { migrateData: move, migrationOf, planMigration } = await import('../migrate-data.js');
  const migration = migrationOf({ from, to }, process.env);
  const say = (text: string): void => {
    if (!json) console.log(text);
  };
  if (plan) {
    const parts = await planMigration(migration);
    for (const { part, from: at, to: place, what } of parts)
      say(place === null ? `${part}: stays in ${at}` : `${part}: from ${at} to ${place}: ${what}`);
    return { parts };
  }
  const verified = await move(migration, say);
  say(
    `moved and verified; start the service with ${to}. What was at ${from} is there still: remove it when you like`,
  );
  return { verified };
}
