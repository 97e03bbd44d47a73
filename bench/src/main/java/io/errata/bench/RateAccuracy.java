package io.errata.bench;

import io.errata.api.ColumnType;
import io.errata.connectors.ReadRate;
import io.errata.connectors.ResolvedWindow;
import io.errata.connectors.Window;
import io.errata.connectors.WindowSource;
import io.errata.connectors.archive.ArchiveOptions;
import io.errata.connectors.archive.ArchiveOptions.Format;
import io.errata.connectors.archive.ArchiveWindowSource;
import io.errata.connectors.event.EventField;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.SourceRecord;
import io.errata.connectors.event.SourceRecordTypeInfo;
import io.errata.connectors.kafka.KafkaOptions;
import io.errata.connectors.kafka.KafkaWindowSource;
import io.errata.connectors.record.JsonRecordFormat;
import io.errata.servers.KafkaServer;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.FilterFunction;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Reads a window at a rate, from a topic and from an archive of the same events, at parallelism 2,
 * and prints how far any ten seconds of it were from that rate by the clock on the wall. Events are
 * counted as they leave the source; bytes are what the process has read from files and sockets, as
 * Linux counts them.
 */
public final class RateAccuracy {
  private static final int PARALLELISM = 2;
  private static final int EVENT_BYTES = 200;
  private static final int FILES = 8;
  private static final int SAMPLE_MILLIS = 100;
  private static final double SPAN = 10e9;
  private static final long START = Instant.parse("2024-06-10T00:00:00Z").toEpochMilli();
  private static final EventSchema SCHEMA =
      new EventSchema(
          "id",
          "ts",
          EventSchema.TimeUnit.MILLIS,
          null,
          List.of(),
          List.of(new EventField("note", ColumnType.TEXT)));

  private static final LongAdder EVENTS = new LongAdder();

  private RateAccuracy() {}

  /** What is measured. */
  private enum Unit {
    EVENTS,
    BYTES;

    ReadRate rate(long perSecond) {
      return this == EVENTS
          ? new ReadRate(perSecond, Long.MAX_VALUE)
          : new ReadRate(Long.MAX_VALUE, perSecond);
    }

    double count() throws IOException {
      return this == EVENTS ? RateAccuracy.EVENTS.sum() : readBytes();
    }
  }

  /** A count at a moment. */
  private record Sample(double nanos, double count) {}

  /**
   * Prints a table.
   *
   * @param args seconds for each line of it, events a second, bytes a second
   */
  public static void main(String[] args) throws Exception {
    int seconds = args.length > 0 ? Integer.parseInt(args[0]) : 40;
    long events = args.length > 1 ? Long.parseLong(args[1]) : 10_000;
    long bytes = args.length > 2 ? Long.parseLong(args[2]) : 2_000_000;
    long wanted = Math.max(events, bytes / EVENT_BYTES) * seconds;
    Path folder = Files.createTempDirectory("errata-rate-");
    try (KafkaServer kafka = KafkaServer.start(1, Map.of())) {
      String topic = kafka.createTopic(2 * PARALLELISM, Map.of());
      fill(kafka, topic, wanted);
      write(folder, wanted);
      WindowSource ofTopic =
          new KafkaWindowSource(
              KafkaOptions.of(kafka.brokers(), topic), new JsonRecordFormat(), Optional.empty());
      WindowSource ofFiles =
          new ArchiveWindowSource(ArchiveOptions.of(folder.toString(), "", Format.JSONL));
      System.out.println(
          "| Source | `limits.rate` | Seconds | Slowest 10 s | Fastest 10 s | Largest deviation |");
      System.out.println("|---|---|---:|---:|---:|---:|");
      for (Map.Entry<String, WindowSource> source :
          List.of(Map.entry("topic", ofTopic), Map.entry("archive", ofFiles))) {
        // So that no class is loaded while bytes are counted.
        read(source.getValue(), ReadRate.UNLIMITED, Unit.EVENTS);
        print(source.getKey(), source.getValue(), Unit.EVENTS, events);
        print(source.getKey(), source.getValue(), Unit.BYTES, bytes);
      }
    } finally {
      try (Stream<Path> all = Files.walk(folder)) {
        all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
      }
    }
  }

  private static void print(String name, WindowSource source, Unit unit, long perSecond)
      throws Exception {
    List<Sample> samples = read(source, unit.rate(perSecond), unit);
    double slowest = Double.MAX_VALUE;
    double fastest = 0;
    int end = 0;
    for (Sample from : samples) {
      while (end < samples.size() && samples.get(end).nanos() - from.nanos() < SPAN) {
        end++;
      }
      if (end == samples.size()) {
        break;
      }
      Sample to = samples.get(end);
      double rate = (to.count() - from.count()) / (to.nanos() - from.nanos()) * 1e9;
      slowest = Math.min(slowest, rate);
      fastest = Math.max(fastest, rate);
    }
    double took = samples.get(samples.size() - 1).nanos() - samples.get(0).nanos();
    System.out.printf(
        Locale.ROOT,
        "| %s | %,d %s/s | %.1f | %,.0f | %,.0f | %.1f %% |%n",
        name,
        perSecond,
        unit.name().toLowerCase(Locale.ROOT),
        took / 1e9,
        slowest,
        fastest,
        100 * Math.max(perSecond - slowest, fastest - perSecond) / perSecond);
  }

  /** The counts from before the first event until all are there. */
  private static List<Sample> read(WindowSource source, ReadRate rate, Unit unit) throws Exception {
    ResolvedWindow window =
        source.resolve(
            new Window(
                Instant.parse("2024-06-10T00:00:00Z"), Instant.parse("2024-06-11T00:00:00Z")),
            SCHEMA,
            Optional.empty());
    if (!window.gaps().isEmpty()) {
      throw new IllegalStateException("Cannot read all: " + window.gaps());
    }
    Configuration configuration = new Configuration();
    configuration.set(PipelineOptions.OBJECT_REUSE, true);
    configuration.set(PipelineOptions.GENERIC_TYPES, false);
    configuration.set(JobManagerOptions.SCHEDULER, JobManagerOptions.SchedulerType.Default);
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.createLocalEnvironment(PARALLELISM, configuration);
    env.setRuntimeMode(RuntimeExecutionMode.BATCH);
    env.fromSource(
            window.source(rate),
            WatermarkStrategy.noWatermarks(),
            "events",
            SourceRecordTypeInfo.of(SCHEMA))
        .filter(new Count())
        .sinkTo(new DiscardingSink<>());
    EVENTS.reset();
    JobClient job = env.executeAsync("rate");
    Future<JobExecutionResult> result = job.getJobExecutionResult();
    List<Sample> samples = new ArrayList<>();
    long before = 0;
    for (boolean done = false; !done; ) {
      Sample sample = new Sample(System.nanoTime(), unit.count());
      long now = EVENTS.sum();
      if (now == 0) {
        samples.clear();
      }
      // The last moments are those of the job's end.
      if (now == 0 || now > before) {
        samples.add(sample);
      }
      before = now;
      try {
        result.get(SAMPLE_MILLIS, TimeUnit.MILLISECONDS);
        done = true;
      } catch (TimeoutException e) {
        continue;
      }
    }
    return samples;
  }

  /** What this process has read from files and sockets so far. */
  private static double readBytes() throws IOException {
    String counted =
        Files.readAllLines(Path.of("/proc/self/io")).stream()
            .filter(line -> line.startsWith("rchar: "))
            .findFirst()
            .orElseThrow();
    return Double.parseDouble(counted.substring("rchar: ".length()));
  }

  private static byte[] event(long number, long of) {
    StringBuilder json = new StringBuilder(EVENT_BYTES);
    json.append("{\"id\":\"").append(number);
    json.append("\",\"ts\":").append(START + number * 86_400_000L / of).append(",\"note\":\"");
    while (json.length() < EVENT_BYTES - 2) {
      json.append((char) ('a' + (number + json.length()) % 26));
    }
    return json.append("\"}").toString().getBytes(StandardCharsets.US_ASCII);
  }

  private static void fill(KafkaServer kafka, String topic, long events) {
    try (Producer<byte[], byte[]> producer = kafka.producer(Map.of())) {
      for (long i = 0; i < events; i++) {
        long time = START + i * 86_400_000L / events;
        producer.send(
            new ProducerRecord<>(
                topic, (int) (i % (2 * PARALLELISM)), time, null, event(i, events)));
      }
      producer.flush();
    }
  }

  private static void write(Path folder, long events) throws IOException {
    for (int file = 0; file < FILES; file++) {
      try (OutputStream out =
          new BufferedOutputStream(
              Files.newOutputStream(folder.resolve("part-" + file + ".jsonl")))) {
        for (long i = file * events / FILES; i < (file + 1) * events / FILES; i++) {
          out.write(event(i, events));
          out.write('\n');
        }
      }
    }
  }

  /** Counts events, and lets nothing through. */
  private static final class Count implements FilterFunction<SourceRecord> {
    private static final long serialVersionUID = 1;

    @Override
    public boolean filter(SourceRecord record) {
      if (record instanceof EventRecord) {
        EVENTS.increment();
      }
      return false;
    }
  }
}
