package io.errata.jobs.demo;

import io.errata.jobs.demo.DemoEvent.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/** Parquet files in folders by the hour of arrival, two for each hour. */
final class DemoArchive implements DemoSink {
  private static final MessageType SCHEMA =
      MessageTypeParser.parseMessageType(
          """
          message payment_event {
            required binary event_id (STRING);
            required binary type (STRING);
            required binary user_id (STRING);
            optional int64 amount (DECIMAL(12, 2));
            required int64 ts (TIMESTAMP(MICROS, true));
            required int64 sequence;
          }
          """);

  private static final int FILES_PER_HOUR = 2;
  private static final long HOUR_MICROS = Duration.ofHours(1).toNanos() / 1000;

  private final DemoOptions options;
  private final Path folder;
  private final Binary[] users;

  /** By hour since 1970 and file of the hour. */
  private final Map<Long, ParquetWriter<DemoEvent>> writers = new TreeMap<>();

  private int files;

  /**
   * @param folder written anew
   */
  DemoArchive(DemoOptions options, Path folder) {
    this.options = options;
    this.folder = folder;
    this.users = new Binary[options.users()];
    for (int user = 0; user < users.length; user++) {
      users[user] = Binary.fromString(DemoEvent.user(user));
    }
  }

  /** How many files there are. */
  int files() {
    return files;
  }

  @Override
  public void deliver(DemoEvent event, long arrival, int lane) throws IOException {
    long hour = arrival / HOUR_MICROS;
    long slot = hour * FILES_PER_HOUR + lane;
    ParquetWriter<DemoEvent> writer = writers.get(slot);
    if (writer == null) {
      ZonedDateTime time = Instant.EPOCH.atZone(ZoneOffset.UTC).plusHours(hour);
      Path path =
          folder.resolve(
              String.format(
                  Locale.ROOT,
                  "date=%s/hour=%02d/part-%d.parquet",
                  time.toLocalDate(),
                  time.getHour(),
                  lane));
      Files.createDirectories(path.resolveSibling("."));
      writer = new Builder(new LocalOutputFile(path)).build();
      writers.put(slot, writer);
      files++;
    }
    writer.write(event);
  }

  @Override
  public void endBefore(long micros) throws IOException {
    long done = micros / HOUR_MICROS - 1;
    for (int lane = 0; lane < FILES_PER_HOUR; lane++) {
      ParquetWriter<DemoEvent> writer = writers.remove(done * FILES_PER_HOUR + lane);
      if (writer != null) {
        writer.close();
      }
    }
  }

  @Override
  public void close() throws IOException {
    for (ParquetWriter<DemoEvent> writer : writers.values()) {
      writer.close();
    }
    writers.clear();
  }

  private final class Builder extends ParquetWriter.Builder<DemoEvent, Builder> {
    Builder(OutputFile file) {
      super(file);
      withConf(new PlainParquetConfiguration());
      withCompressionCodec(CompressionCodecName.SNAPPY);
    }

    @Override
    protected Builder self() {
      return this;
    }

    @Override
    protected WriteSupport<DemoEvent> getWriteSupport(ParquetConfiguration configuration) {
      return new Support(options.seed(), users);
    }

    @Override
    protected WriteSupport<DemoEvent> getWriteSupport(
        org.apache.hadoop.conf.Configuration configuration) {
      return new Support(options.seed(), users);
    }
  }

  /** Writes an event's columns. */
  private static final class Support extends WriteSupport<DemoEvent> {
    private final long seed;
    private final Binary[] users;
    private final Map<Kind, Binary> kinds = new EnumMap<>(Kind.class);
    private RecordConsumer consumer;

    Support(long seed, Binary[] users) {
      this.seed = seed;
      this.users = users;
      for (Kind kind : Kind.values()) {
        kinds.put(kind, Binary.fromString(kind.text()));
      }
    }

    @Override
    public WriteContext init(ParquetConfiguration configuration) {
      return new WriteContext(SCHEMA, Map.of());
    }

    @Override
    public WriteContext init(org.apache.hadoop.conf.Configuration configuration) {
      return new WriteContext(SCHEMA, Map.of());
    }

    @Override
    public void prepareForWrite(RecordConsumer consumer) {
      this.consumer = consumer;
    }

    @Override
    public void write(DemoEvent event) {
      consumer.startMessage();
      text(0, "event_id", Binary.fromConstantByteArray(event.id(seed)));
      text(1, "type", kinds.get(event.kind()));
      text(2, "user_id", users[event.user()]);
      if (event.kind() != Kind.LOGIN) {
        number(3, "amount", event.amountCents());
      }
      number(4, "ts", event.micros());
      number(5, "sequence", event.number());
      consumer.endMessage();
    }

    private void text(int index, String name, Binary value) {
      consumer.startField(name, index);
      consumer.addBinary(value);
      consumer.endField(name, index);
    }

    private void number(int index, String name, long value) {
      consumer.startField(name, index);
      consumer.addLong(value);
      consumer.endField(name, index);
    }
  }
}
