package io.errata.connectors.read;

import io.errata.api.Bytes;
import io.errata.connectors.event.ValueCodec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.core.memory.DataOutputView;

/** Writes splits, for the wire and for checkpoints. */
final class ReadSplitSerializer implements SimpleVersionedSerializer<ReadSplit> {
  private static final int VERSION = 4;

  @Override
  public int getVersion() {
    return VERSION;
  }

  @Override
  public byte[] serialize(ReadSplit split) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(256);
    write(split, out);
    return out.getCopyOfBuffer();
  }

  @Override
  public ReadSplit deserialize(int version, byte[] serialized) throws IOException {
    check(version);
    return read(new DataInputDeserializer(serialized));
  }

  private static void check(int version) throws IOException {
    if (version != VERSION) {
      throw new IOException("Cannot read a split: version " + version + " (" + VERSION + ")");
    }
  }

  private static void write(ReadSplit split, DataOutputView out) throws IOException {
    ValueCodec.writeText(split.splitId(), out);
    ValueCodec.writeText(split.input(), out);
    out.writeLong(split.offset());
    out.writeLong(split.length());
    out.writeLong(split.firstRow());
    out.writeLong(split.rows());
    out.writeLong(split.size());
    ValueCodec.writeText(split.generation(), out);
    out.writeBoolean(split.timeOnly());
    ValueCodec.write(split.mark(), out);
    out.writeLong(split.emitted());
    out.writeLong(split.emittedTo());
  }

  private static ReadSplit read(DataInputView in) throws IOException {
    String id = ValueCodec.readText(in);
    String input = ValueCodec.readText(in);
    long offset = in.readLong();
    long length = in.readLong();
    long firstRow = in.readLong();
    long rows = in.readLong();
    long size = in.readLong();
    String generation = ValueCodec.readText(in);
    boolean timeOnly = in.readBoolean();
    if (!(ValueCodec.read(in) instanceof Bytes mark)) {
      throw new IOException("Cannot read a split: it has no mark");
    }
    return new ReadSplit(
        id,
        input,
        offset,
        length,
        firstRow,
        rows,
        size,
        generation,
        timeOnly,
        mark,
        in.readLong(),
        in.readLong());
  }

  /** The same for all splits that are still to be read. */
  static final class OfList implements SimpleVersionedSerializer<List<ReadSplit>> {
    @Override
    public int getVersion() {
      return VERSION;
    }

    @Override
    public byte[] serialize(List<ReadSplit> splits) throws IOException {
      DataOutputSerializer out = new DataOutputSerializer(256 * (splits.size() + 1));
      out.writeInt(splits.size());
      for (ReadSplit split : splits) {
        write(split, out);
      }
      return out.getCopyOfBuffer();
    }

    @Override
    public List<ReadSplit> deserialize(int version, byte[] serialized) throws IOException {
      check(version);
      DataInputDeserializer in = new DataInputDeserializer(serialized);
      int size = in.readInt();
      List<ReadSplit> splits = new ArrayList<>(size);
      for (int i = 0; i < size; i++) {
        splits.add(read(in));
      }
      return splits;
    }
  }
}
