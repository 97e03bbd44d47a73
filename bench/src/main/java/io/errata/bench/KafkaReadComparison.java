package io.errata.bench;

import io.errata.servers.KafkaServer;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Times the reading of a window from Kafka against Kafka's own consumer-performance tool: the same
 * broker, the same topic, by turns, each reader a new process. Both figures are the bytes of keys
 * and values by the seconds of reading, without the start of the process.
 */
public final class KafkaReadComparison {
  private static final int PARTITIONS = 4;
  private static final long DAY_START = Instant.parse("2024-06-10T00:00:00Z").toEpochMilli();
  private static final long DAY_MILLIS = 86_400_000;

  /** A column of the tool's line. */
  private static final int MEGABYTES_PER_SECOND = 3;

  private final KafkaServer kafka;
  private final int recordBytes;
  private final long records;
  private long bytes;

  private KafkaReadComparison(KafkaServer kafka, int megabytes, int recordBytes) {
    this.kafka = kafka;
    this.recordBytes = recordBytes;
    this.records = megabytes * 1024L * 1024 / recordBytes;
  }

  /**
   * Makes the topics and prints a line for each size.
   *
   * @param args megabytes of each topic, runs of each reader, then sizes of records in bytes
   */
  public static void main(String[] args) throws Exception {
    if (args.length < 3) {
      System.err.println("bench/kafka MEGABYTES RUNS RECORD_BYTES...");
      System.exit(2);
    }
    int runs = Integer.parseInt(args[1]);
    System.out.println(
        "| Bytes of a record | Records | Kafka's tool, MB/s | Errata at parallelism 2, MB/s | Ratio of the medians |");
    System.out.println("|---|---|---|---|---|");
    try (KafkaServer kafka = KafkaServer.start(1, Map.of())) {
      for (String size : Arrays.asList(args).subList(2, args.length)) {
        new KafkaReadComparison(kafka, Integer.parseInt(args[0]), Integer.parseInt(size))
            .compare(runs);
      }
    }
  }

  private void compare(int runs) throws Exception {
    String topic = kafka.createTopic(PARTITIONS, Map.of());
    fill(topic);
    List<Double> tool = new ArrayList<>();
    List<Double> errata = new ArrayList<>();
    // The first turn warms the page cache, and doesn't count.
    for (int run = 0; run <= runs; run++) {
      double first = tool(topic);
      double second = errata(topic);
      if (run > 0) {
        tool.add(first);
        errata.add(second);
      }
    }
    System.out.printf(
        Locale.ROOT,
        "| %d | %,d | %s | %s | %.2f |%n",
        recordBytes,
        records,
        figures(tool),
        figures(errata),
        median(errata) / median(tool));
  }

  private static String figures(List<Double> values) {
    return String.format(
        Locale.ROOT,
        "%.0f (%.0f to %.0f)",
        median(values),
        values.stream().mapToDouble(each -> each).min().orElseThrow(),
        values.stream().mapToDouble(each -> each).max().orElseThrow());
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  /** A day of events in order, of one size each. */
  private void fill(String topic) throws Exception {
    SplittableRandom random = new SplittableRandom(1);
    try (Producer<byte[], byte[]> producer =
        kafka.producer(
            Map.of(
                ProducerConfig.BATCH_SIZE_CONFIG,
                "262144",
                ProducerConfig.LINGER_MS_CONFIG,
                "20"))) {
      for (long i = 0; i < records; i++) {
        long time = DAY_START + (long) ((double) i / records * DAY_MILLIS);
        String text =
            String.format(
                Locale.ROOT,
                "{\"id\":\"%016x\",\"ts\":%d,\"type\":\"payment\",\"user\":\"user-%06d\",\"amount\":%d.%02d,\"note\":\"",
                random.nextLong(),
                time,
                random.nextInt(200_000),
                random.nextInt(1_000),
                random.nextInt(100));
        StringBuilder json = new StringBuilder(text);
        while (json.length() < recordBytes - 2) {
          json.append((char) ('a' + random.nextInt(26)));
        }
        byte[] value = json.append("\"}").toString().getBytes(StandardCharsets.UTF_8);
        bytes += value.length;
        producer.send(
            new ProducerRecord<>(topic, (int) (i % PARTITIONS), time, null, value),
            (sent, problem) -> {
              if (problem != null) {
                throw new IllegalStateException("Cannot fill the topic", problem);
              }
            });
      }
      producer.flush();
    }
  }

  private double tool(String topic) throws IOException, InterruptedException {
    Path jars = KafkaServer.jars();
    String printed =
        run(
            List.of(
                "-Xmx512m",
                "-cp",
                jars.resolve("*").toString(),
                "org.apache.kafka.tools.ConsumerPerformance",
                "--bootstrap-server",
                kafka.brokers(),
                "--topic",
                topic,
                "--num-records",
                Long.toString(records),
                "--timeout",
                "60000",
                "--hide-header"));
    String line =
        printed
            .lines()
            .filter(each -> each.matches("\\d{4}-.*"))
            .reduce((a, b) -> b)
            .orElseThrow(() -> new IllegalStateException("The tool printed:\n" + printed));
    return Double.parseDouble(line.split(", ", -1)[MEGABYTES_PER_SECOND]);
  }

  private double errata(String topic) throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(asLaunched());
    arguments.addAll(List.of("-Xmx1g", WindowReader.class.getName(), kafka.brokers(), topic));
    String printed = run(arguments);
    String[] words =
        printed
            .lines()
            .filter(each -> each.startsWith("events "))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("Errata printed:\n" + printed))
            .split(" ", -1);
    if (Long.parseLong(words[1]) != records) {
      throw new IllegalStateException(
          "Cannot compare: " + words[1] + " of " + records + " records were read");
    }
    return bytes / 1024.0 / 1024 / Double.parseDouble(words[3]);
  }

  /**
   * What the launcher gives its JVM: the collector, when code is compiled best, the class path, and
   * the classes as they were parsed before, which are of that class path and nothing in front of
   * it.
   */
  private static List<String> asLaunched() throws IOException {
    Path home = Path.of("").toRealPath();
    Path target = home.resolve("jobs/target");
    String classPath =
        String.join(
            File.pathSeparator,
            target.resolve("errata.jar").toString(),
            target.resolve("lib/flink/*").toString(),
            target.resolve("lib/demo/*").toString(),
            home.resolve("bench/target/classes").toString());
    List<String> options = new ArrayList<>(List.of("-XX:+UseParallelGC"));
    // As the launcher has them.
    Matcher compiling =
        Pattern.compile("-XX:Tier4\\w+=\\d+").matcher(Files.readString(home.resolve("errata")));
    while (compiling.find()) {
      options.add(compiling.group());
    }
    if (options.size() == 1) {
      throw new IllegalStateException("Cannot find how the launcher has the JVM compile");
    }
    options.addAll(List.of("-Xlog:cds=off", "-cp", classPath));
    Path classes = target.resolve("errata-" + System.getProperty("java.version") + ".jsa");
    if (Files.exists(classes) && Files.size(classes) > 0) {
      options.add("-XX:SharedArchiveFile=" + classes);
    }
    return options;
  }

  private static String run(List<String> arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(arguments);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String printed;
    try (var out = process.getInputStream()) {
      printed = new String(out.readAllBytes(), StandardCharsets.UTF_8);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    if (process.waitFor() != 0) {
      throw new IllegalStateException("A reader failed:\n" + printed);
    }
    return printed;
  }
}
