package io.errata.jobs.graph;

import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Where a record stands among those of its key in keyed state. Written as bytes, places are in the
 * order in which {@link KeyReplay} takes the records: key by key, then what is known of the key,
 * then its events by time.
 *
 * @param key the canonical form of the key
 * @param kind what the record is
 * @param number for events, {@link ReplayOrder#timestamp}; for rows, which reading of them it was
 * @param name tells records of one number apart
 */
record ReplayPlace(String key, Kind kind, long number, String name) {
  /** Kinds of records, in the order of the replay. */
  enum Kind {
    LIVE,
    BASE,
    BARRED,
    EVENT
  }

  /**
   * The place of a record.
   *
   * @param reading of the rows of this job, counted from 0
   */
  static ReplayPlace of(KeyedRecord record, int reading) {
    if (record instanceof KeyedRecord.Live) {
      return new ReplayPlace(record.key(), Kind.LIVE, reading, "");
    }
    if (record instanceof KeyedRecord.Base) {
      return new ReplayPlace(record.key(), Kind.BASE, reading, "");
    }
    if (record instanceof KeyedRecord.Barred barred) {
      var entry = barred.entry();
      return new ReplayPlace(
          record.key(),
          Kind.BARRED,
          0,
          entry.source() + "\n" + entry.offset() + "\n" + entry.reason());
    }
    if (record instanceof KeyedRecord.Withdrawn withdrawn) {
      return new ReplayPlace(record.key(), Kind.EVENT, withdrawn.timestamp(), withdrawn.id());
    }
    return new ReplayPlace(
        record.key(),
        Kind.EVENT,
        ReplayOrder.timestamp(record),
        ((KeyedRecord.Touch) record).event().id());
  }

  /** By which {@link KeyReplay} orders the record. */
  long timestamp() {
    return kind == Kind.EVENT ? number : Long.MIN_VALUE;
  }

  /** Whether it is a row of another reading than the one that counts. */
  boolean isRowOfOtherThan(int reading) {
    return (kind == Kind.LIVE || kind == Kind.BASE) && number != reading;
  }

  /** The bytes that state backends with sorted keys, such as RocksDB, order places by. */
  static final class OrderCodec implements Codec<ReplayPlace> {
    private static final long serialVersionUID = 1;
    private static final Kind[] KINDS = Kind.values();

    @Override
    public void write(ReplayPlace place, DataOutputView out) throws IOException {
      // With its length in front no key is the beginning of another, so that records of one key
      // stand together.
      Texts.write(place.key, out);
      out.writeByte(place.kind.ordinal());
      // As unsigned bytes, negative numbers would come last.
      out.writeLong(place.number ^ Long.MIN_VALUE);
      Texts.write(place.name, out);
    }

    @Override
    public ReplayPlace read(DataInputView in) throws IOException {
      String key = Texts.read(in);
      Kind kind = KINDS[in.readByte()];
      long number = in.readLong() ^ Long.MIN_VALUE;
      return new ReplayPlace(key, kind, number, Texts.read(in));
    }
  }
}
