package io.errata.jobs.graph;

import io.errata.api.RowSchema;
import io.errata.connectors.event.EventRecord;
import io.errata.state.table.TableDescription;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Keyed records as bytes: a tag, the key's form, and what belongs to the kind. */
final class KeyedRecordCodec implements Codec<KeyedRecord> {
  private static final long serialVersionUID = 1;
  private static final byte LIVE = 0;
  private static final byte BASE = 1;
  private static final byte TOUCH = 2;
  private static final byte BARRED = 3;
  private static final byte WITHDRAWN = 4;
  private static final byte FOLDED = 5;

  private final RowSchema key;
  private final RowSchema columns;
  private final RowSchema values;
  private final Codec<EventRecord> events;
  private final QuarantineCodec quarantine = new QuarantineCodec();

  KeyedRecordCodec(TableDescription table, Codec<EventRecord> events) {
    this.key = table.keySchema();
    this.columns = table.compareSchema();
    this.values = table.values();
    this.events = events;
  }

  @Override
  public void write(KeyedRecord record, DataOutputView out) throws IOException {
    if (record instanceof KeyedRecord.Touch touch) {
      out.writeByte(TOUCH);
      Texts.write(touch.key(), out);
      RowCodec.write(touch.keyRow(), out);
      events.write(touch.event(), out);
    } else if (record instanceof KeyedRecord.Live live) {
      out.writeByte(LIVE);
      Texts.write(live.key(), out);
      RowCodec.write(live.row(), out);
    } else if (record instanceof KeyedRecord.Base base) {
      out.writeByte(BASE);
      Texts.write(base.key(), out);
      RowCodec.write(base.keyRow(), out);
      RowCodec.write(base.columns(), out);
    } else if (record instanceof KeyedRecord.Barred barred) {
      out.writeByte(BARRED);
      Texts.write(barred.key(), out);
      quarantine.write(barred.entry(), out);
    } else if (record instanceof KeyedRecord.Withdrawn withdrawn) {
      out.writeByte(WITHDRAWN);
      Texts.write(withdrawn.key(), out);
      out.writeLong(withdrawn.timestamp());
      Texts.write(withdrawn.id(), out);
    } else if (record instanceof KeyedRecord.Folded folded) {
      out.writeByte(FOLDED);
      Texts.write(folded.key(), out);
      RowCodec.write(folded.keyRow(), out);
      events.write(folded.last(), out);
      out.writeInt(folded.gathered().size());
      for (long number : folded.gathered()) {
        out.writeLong(number);
      }
    }
  }

  @Override
  public KeyedRecord read(DataInputView in) throws IOException {
    byte tag = in.readByte();
    String form = Texts.read(in);
    return switch (tag) {
      case TOUCH -> new KeyedRecord.Touch(form, RowCodec.read(key, in), events.read(in));
      case LIVE -> new KeyedRecord.Live(form, RowCodec.readLive(values, in));
      case BASE -> new KeyedRecord.Base(form, RowCodec.read(key, in), RowCodec.read(columns, in));
      case BARRED -> new KeyedRecord.Barred(form, quarantine.read(in));
      case WITHDRAWN -> new KeyedRecord.Withdrawn(form, in.readLong(), Texts.read(in));
      case FOLDED ->
          new KeyedRecord.Folded(
              form, RowCodec.read(key, in), events.read(in), readNumbers(in.readInt(), in));
      default -> throw new IOException("Cannot read a keyed record: tag " + tag);
    };
  }

  private static List<Long> readNumbers(int count, DataInputView in) throws IOException {
    List<Long> numbers = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      numbers.add(in.readLong());
    }
    return numbers;
  }
}
