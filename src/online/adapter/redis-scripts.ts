import { createHash } from 'node:crypto';

/** A script of Redis, by its text and the digest that the server knows it by. */
export type RedisScript = { readonly text: string; readonly digest: string };

function script(text: string): RedisScript {
  return { text, digest: createHash('sha1').update(text).digest('hex') };
}

/**
 * KEYS: the marks of a bucket; ARGV: the name of a stream, its mark as the writer left it, and the mark from now on. Where
 * another mark is found it is given back, empty where there is none, and nothing is written.
 */
const UNLESS_MARK_CHANGED = `
local held = redis.call('HGET', KEYS[1], ARGV[1]) or ''
if held ~= ARGV[2] then return held end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
`;

/**
 * More KEYS: rows; more ARGV: each as \`stored-row.ts\` has it, its order in bytes 2 to 34 and \`through\` in 35 to 42. A newer
 * row replaces an older one, and of both the later \`through\` stays. Bytes are compared one by one: Lua's numbers are doubles,
 * and its strings compare by the server's locale.
 */
export const WRITE_ROWS: RedisScript = script(`${UNLESS_MARK_CHANGED}
local byte, sub = string.byte, string.sub
local function after(a, b, from, to)
  for at = from, to do
    local x, y = byte(a, at), byte(b, at)
    if x ~= y then return x > y end
  end
  return false
end
for i = 2, #KEYS do
  local row = ARGV[i + 2]
  local old = redis.call('GETRANGE', KEYS[i], 0, 41)
  if old == '' then
    redis.call('SET', KEYS[i], row)
  elseif after(row, old, 2, 34) then
    if after(old, row, 35, 42) then row = sub(row, 1, 34) .. sub(old, 35, 42) .. sub(row, 43) end
    redis.call('SET', KEYS[i], row)
  elseif after(row, old, 35, 42) then
    redis.call('SETRANGE', KEYS[i], 34, sub(row, 35, 42))
  end
end
return false
`);

/**
 * More KEYS: windows of entities; more ARGV, for each: how many fields are written and removed, names and values of those
 * written, names of those removed. Lua's stack takes some thousand values at once.
 */
export const WRITE_WINDOWS: RedisScript = script(`${UNLESS_MARK_CHANGED}
local at = 4
local function call(command, key, count)
  for first = at, at + count - 1, 1000 do
    redis.call(command, key, unpack(ARGV, first, math.min(first + 999, at + count - 1)))
  end
  at = at + count
end
for i = 2, #KEYS do
  local written, removed = tonumber(ARGV[at]), tonumber(ARGV[at + 1])
  at = at + 2
  call('HSET', KEYS[i], 2 * written)
  call('HDEL', KEYS[i], removed)
end
return false
`);

/** KEYS: the marks of a bucket; ARGV: the name of a set, a note that begins with its version, that version. A later note stays. */
export const WRITE_NOTE: RedisScript = script(`
local held = redis.call('HGET', KEYS[1], ARGV[1])
if held and held ~= ARGV[2] and tonumber(string.match(held, '^%d+')) >= tonumber(ARGV[3]) then return held end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return false
`);
