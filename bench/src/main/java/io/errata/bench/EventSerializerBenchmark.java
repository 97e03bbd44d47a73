package io.errata.bench;

import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.SourceRecord;
import io.errata.connectors.event.SourceRecordTypeInfo;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What one event costs on an edge of the job. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EventSerializerBenchmark {
  private final TypeSerializer<SourceRecord> serializer =
      SourceRecordTypeInfo.of(Samples.EVENTS).createSerializer(new SerializerConfigImpl());
  private final EventRecord[] events =
      IntStream.range(0, Samples.COUNT).mapToObj(Samples::event).toArray(EventRecord[]::new);
  private final byte[][] written =
      IntStream.range(0, Samples.COUNT)
          .mapToObj(number -> write(events[number]))
          .toArray(byte[][]::new);
  private final DataOutputSerializer out = new DataOutputSerializer(256);
  private final DataInputDeserializer in = new DataInputDeserializer();
  private int next;

  @Benchmark
  public int write() throws IOException {
    out.clear();
    serializer.serialize(events[next()], out);
    return out.length();
  }

  @Benchmark
  public SourceRecord read() throws IOException {
    in.setBuffer(written[next()]);
    return serializer.deserialize(in);
  }

  private byte[] write(EventRecord event) {
    try {
      DataOutputSerializer fresh = new DataOutputSerializer(256);
      serializer.serialize(event, fresh);
      return fresh.getCopyOfBuffer();
    } catch (IOException e) {
      throw new IllegalStateException("Memory doesn't fail", e);
    }
  }

  private int next() {
    next = (next + 1) & (Samples.COUNT - 1);
    return next;
  }
}
