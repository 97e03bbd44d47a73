package io.errata.jobs.demo;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
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

/**
 * A day of a payment service as its archive would have it: Parquet files in folders by the hour of
 * arrival, some events late and therefore in a later folder, some delivered twice. The same options
 * make the same files.
 */
final class DemoEvents {
  static final LocalDate DAY = LocalDate.of(2024, 6, 10);
  static final Instant BUG_FROM = Instant.parse("2024-06-10T12:00:00Z");
  static final Instant BUG_TO = Instant.parse("2024-06-10T12:30:00Z");

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
  private static final int HOURS = 24;
  private static final long HOUR_MICROS = Duration.ofHours(1).toNanos() / 1000;
  private static final long LATEST_MICROS = Duration.ofMinutes(20).toNanos() / 1000;

  /** How often who asks whether to stop is asked. */
  private static final int CHECKED = 1 << 14;

  private final DemoOptions options;
  private final SplittableRandom random;
  private final DemoTotals totals;

  /** By hour since 1970 and file of the hour. */
  private final Map<Long, ParquetWriter<DemoEvent>> writers = new HashMap<>();

  private final Path folder;
  private final Binary[] users;
  private int files;
  private long delivered;
  private long duplicates;
  private long refundsInBug;

  /** What an event is about. */
  enum Kind {
    PAYMENT,
    REFUND,
    /** Has no amount, and counts for nothing: the spec's filter leaves it out. */
    LOGIN;

    private final Binary text = Binary.fromString(name().toLowerCase(Locale.ROOT));
  }

  /**
   * What was made.
   *
   * @param delivered events in the files, copies among them
   * @param duplicates copies among them
   * @param files how many
   * @param refundsInBug refunds in the half hour of the bug
   */
  record Made(long delivered, long duplicates, int files, long refundsInBug, DemoTotals totals) {}

  private record DemoEvent(long number, Kind kind, int user, long amountCents, long micros) {}

  private DemoEvents(DemoOptions options, Path folder) {
    this.options = options;
    this.folder = folder;
    this.random = new SplittableRandom(options.seed());
    this.totals = new DemoTotals(options.users());
    this.users = new Binary[options.users()];
    for (int user = 0; user < users.length; user++) {
      users[user] = Binary.fromString(user(user));
    }
  }

  /**
   * Makes them.
   *
   * @param folder of the archive; written anew
   * @param check called now and then; ends it by an exception
   */
  static Made make(DemoOptions options, Path folder, Runnable check) throws IOException {
    DemoEvents events = new DemoEvents(options, folder);
    try {
      events.make(check);
    } finally {
      for (ParquetWriter<DemoEvent> writer : events.writers.values()) {
        writer.close();
      }
    }
    return new Made(
        events.delivered, events.duplicates, events.files, events.refundsInBug, events.totals);
  }

  /** The name of a user. */
  static String user(int user) {
    String digits = Integer.toString(user);
    return "user-" + "0".repeat(Math.max(0, 6 - digits.length())) + digits;
  }

  private void make(Runnable check) throws IOException {
    long start = micros(DAY.atStartOfDay(ZoneOffset.UTC).toInstant());
    long number = 0;
    for (int hour = 0; hour < HOURS; hour++) {
      long from = start + hour * HOUR_MICROS;
      long upTo = (long) options.events() * (hour + 1) / HOURS;
      for (; number < upTo; number++) {
        if (number % CHECKED == 0) {
          check.run();
        }
        deliver(draw(number, from));
      }
      closeBefore(from + HOUR_MICROS);
    }
  }

  private DemoEvent draw(long number, long from) {
    int dice = random.nextInt(100);
    Kind kind = dice < 82 ? Kind.PAYMENT : dice < 94 ? Kind.REFUND : Kind.LOGIN;
    // Squared, so that some users have many events and many have few.
    double share = random.nextDouble();
    int user = (int) (options.users() * share * share);
    long cents = kind == Kind.LOGIN ? 0 : 100 + random.nextLong(49_900);
    long micros = from + random.nextLong(HOUR_MICROS);
    return new DemoEvent(number, kind, user, cents, micros);
  }

  private void deliver(DemoEvent event) throws IOException {
    boolean whileTheBugRan = event.micros() >= micros(BUG_FROM) && event.micros() < micros(BUG_TO);
    totals.add(event.user(), event.amountCents(), event.kind(), whileTheBugRan);
    if (whileTheBugRan && event.kind() == Kind.REFUND) {
      refundsInBug++;
    }
    // Most arrive within seconds; one in fifty minutes later, and so perhaps in the next hour's
    // folder.
    long late =
        random.nextInt(50) == 0 ? random.nextLong(LATEST_MICROS) : random.nextLong(2_000_000);
    long arrival = event.micros() + late;
    int file = random.nextInt(FILES_PER_HOUR);
    write(event, arrival, file);
    if (random.nextInt(200) == 0 && event.kind() != Kind.LOGIN) {
      // Delivered again, always into another file.
      write(event, arrival + random.nextLong(LATEST_MICROS), FILES_PER_HOUR - 1 - file);
      duplicates++;
    }
  }

  private void write(DemoEvent event, long arrival, int file) throws IOException {
    long hour = arrival / HOUR_MICROS;
    long slot = hour * FILES_PER_HOUR + file;
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
                  file));
      Files.createDirectories(path.resolveSibling("."));
      writer = new Builder(new LocalOutputFile(path)).build();
      writers.put(slot, writer);
      files++;
    }
    writer.write(event);
    delivered++;
  }

  /** Ends the files that nothing more arrives for. */
  private void closeBefore(long micros) throws IOException {
    long done = micros / HOUR_MICROS - 1;
    for (int file = 0; file < FILES_PER_HOUR; file++) {
      ParquetWriter<DemoEvent> writer = writers.remove(done * FILES_PER_HOUR + file);
      if (writer != null) {
        writer.close();
      }
    }
  }

  private static long micros(Instant time) {
    return time.getEpochSecond() * 1_000_000 + time.getNano() / 1000;
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
    private RecordConsumer consumer;

    Support(long seed, Binary[] users) {
      this.seed = seed;
      this.users = users;
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
      text(0, "event_id", Binary.fromConstantByteArray(id(event.number())));
      text(1, "type", event.kind().text);
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

    /**
     * Sixteen hexadecimal digits that look drawn: SplittableRandom's own finalizer, which maps no
     * two numbers to one.
     */
    private byte[] id(long number) {
      long mixed = seed + number * 0x9E3779B97F4A7C15L;
      mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
      mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
      mixed ^= mixed >>> 31;
      ByteBuffer digits = ByteBuffer.allocate(16);
      for (int shift = 60; shift >= 0; shift -= 4) {
        digits.put((byte) Character.forDigit((int) (mixed >>> shift) & 15, 16));
      }
      return digits.array();
    }
  }
}
