import { type Data, DataType, type RecordBatch } from 'apache-arrow';

/**
 * Checks what Arrow's reader takes on trust, before any value is read: buffers as long as their rows need, offsets that
 * rise and stay within the values, dictionary indices that are there. Throws RangeError naming the column. Texts are
 * checked to be UTF-8 as they are decoded.
 */
export function requireSoundBatch(batch: RecordBatch): void {
  batch.schema.fields.forEach((field, index) => {
    const data = batch.data.children[index];
    if (data === undefined || data.length < batch.numRows) throw unsound(field.name, 'has too few values');
    requireSoundData(data, field.name);
  });
}

function requireSoundData(data: Data, name: string): void {
  const rows = data.offset + data.length;
  if (data.nullCount !== 0 && data.nullBitmap !== undefined && data.nullBitmap !== null) {
    if (data.nullBitmap.length * 8 < rows && data.length > 0) throw unsound(name, 'has too few NULL marks');
  }
  if (data.length === 0) return;
  if (DataType.isDictionary(data.type)) requireSoundDictionary(data, name);
  else if (hasOffsets(data.type)) requireSoundOffsets(data, name);
  else if (DataType.isFixedSizeList(data.type)) requireChildRows(data, rows * data.type.listSize, name);
  else requireWidth(data, name);
}

function hasOffsets(type: DataType): boolean {
  return (
    DataType.isUtf8(type) ||
    DataType.isBinary(type) ||
    DataType.isLargeUtf8(type) ||
    DataType.isLargeBinary(type) ||
    DataType.isList(type)
  );
}

/** Fixed-width values; other types have none that are read. */
function requireWidth({ type, values, offset, length }: Data, name: string): void {
  if (!ArrayBuffer.isView(values)) return;
  const perItem = DataType.isBool(type) ? 1 / 8 : (values as Float64Array).BYTES_PER_ELEMENT;
  // The reader cuts values at the offset, but for booleans.
  const rows = DataType.isBool(type) ? offset + length : length;
  if (values.byteLength < Math.ceil(rows * perItem)) throw unsound(name, 'has too few values');
}

function requireSoundOffsets(data: Data, name: string): void {
  const { valueOffsets, length } = data;
  if (valueOffsets === undefined || valueOffsets.length < length + 1)
    throw unsound(name, 'has too few offsets');
  let last = Number(valueOffsets[0]);
  if (last < 0) throw unsound(name, 'has offsets out of range');
  for (let row = 1; row <= length; row++) {
    const next = Number(valueOffsets[row]);
    if (next < last) throw unsound(name, 'has offsets that fall');
    last = next;
  }
  if (DataType.isList(data.type)) requireChildRows(data, last, name);
  else if (last > (data.values as Uint8Array).length) throw unsound(name, 'has offsets out of range');
}

function requireChildRows(data: Data, rows: number, name: string): void {
  const child = data.children[0];
  if (child === undefined || rows < 0 || child.length < rows)
    throw unsound(name, 'has lists that end behind their values');
  requireSoundData(child, name);
}

function requireSoundDictionary(data: Data, name: string): void {
  requireWidth(data, name);
  const { dictionary, values, length } = data;
  if (dictionary === undefined) throw unsound(name, 'has no dictionary');
  for (const part of dictionary.data) requireSoundData(part, name);
  const indices = values as ArrayLike<number | bigint>;
  const hasNulls = data.nullCount > 0 && data.nullBitmap?.length;
  for (let row = 0; row < length; row++) {
    const index = Number(indices[row]);
    if (index >= 0 && index < dictionary.length) continue;
    if (hasNulls && !data.getValid(row)) continue;
    throw unsound(name, `has an index ${index} that its dictionary of ${dictionary.length} values lacks`);
  }
}

function unsound(name: string, what: string): RangeError {
  return new RangeError(`column "${name}" ${what}`);
}
