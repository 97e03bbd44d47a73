package io.errata.it.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.api.Bytes;
import io.errata.api.ColumnType;
import io.errata.connectors.ResolvedWindow;
import io.errata.connectors.Window;
import io.errata.connectors.event.EventField;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.EventSchema.TimeUnit;
import io.errata.connectors.kafka.KafkaOptions;
import io.errata.connectors.kafka.KafkaWindowSource;
import io.errata.connectors.record.AvroRecordFormat;
import io.errata.connectors.record.SchemaChoice;
import io.errata.connectors.registry.RegistryOptions;
import io.errata.servers.KafkaServer;
import io.errata.servers.RegistryServer;
import io.errata.testkit.WindowRun;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * Records whose bytes and ids are none of ours: written by Apicurio's serializer, in a process that
 * has none of Errata's classes.
 */
class PeerSerializerIT {
  private static final Window WINDOW =
      new Window(Instant.parse("2024-06-10T12:00:00Z"), Instant.parse("2024-06-10T12:30:00Z"));
  private static final long NOON = WINDOW.from().toEpochMilli();

  private static final String FIRST =
      "{\"type\":\"record\",\"name\":\"Payment\",\"namespace\":\"shop\",\"fields\":["
          + "{\"name\":\"id\",\"type\":\"string\"},"
          + "{\"name\":\"ts\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-micros\"}},"
          + "{\"name\":\"count\",\"type\":\"int\"},"
          + "{\"name\":\"seen\",\"type\":[\"null\",\"long\"],\"default\":null},"
          + "{\"name\":\"ratio\",\"type\":\"float\"},"
          + "{\"name\":\"flag\",\"type\":\"boolean\"},"
          + "{\"name\":\"amount\",\"type\":{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":12,\"scale\":2}},"
          + "{\"name\":\"day\",\"type\":{\"type\":\"int\",\"logicalType\":\"date\"}},"
          + "{\"name\":\"code\",\"type\":{\"type\":\"string\",\"logicalType\":\"uuid\"}},"
          + "{\"name\":\"state\",\"type\":{\"type\":\"enum\",\"name\":\"State\",\"symbols\":[\"OPEN\",\"PAID\"]}},"
          + "{\"name\":\"mark\",\"type\":{\"type\":\"fixed\",\"name\":\"Mark\",\"size\":3}},"
          + "{\"name\":\"tags\",\"type\":{\"type\":\"map\",\"values\":{\"type\":\"array\",\"items\":\"string\"}}},"
          + "{\"name\":\"place\",\"type\":{\"type\":\"record\",\"name\":\"Place\",\"fields\":["
          + "{\"name\":\"zip\",\"type\":\"int\"}]}}]}";

  /** With a wider number, and a field more. */
  private static final String SECOND =
      FIRST
          .replace(
              "{\"name\":\"count\",\"type\":\"int\"}", "{\"name\":\"count\",\"type\":\"long\"}")
          .replace(
              "{\"name\":\"seen\"",
              "{\"name\":\"note\",\"type\":\"string\",\"default\":\"-\"},{\"name\":\"seen\"");

  private static final EventSchema SCHEMA =
      new EventSchema(
          "id",
          "ts",
          TimeUnit.MICROS,
          null,
          List.of(),
          List.of(
              new EventField("count", ColumnType.LONG),
              new EventField("note", ColumnType.TEXT),
              new EventField("seen", ColumnType.LONG),
              new EventField("ratio", ColumnType.DOUBLE),
              new EventField("flag", ColumnType.BOOLEAN),
              new EventField("amount", ColumnType.DECIMAL),
              new EventField("day", ColumnType.DATE),
              new EventField("code", ColumnType.UUID),
              new EventField("state", ColumnType.TEXT),
              new EventField("mark", ColumnType.BYTES),
              new EventField("place.zip", ColumnType.INT)));

  private static String record(String id, long micros, String count, String more) {
    return ("{\"id\":\"%s\",\"ts\":%d,\"count\":%s,%s\"ratio\":0.1,\"flag\":true,\"amount\":\"\\u00ff\\u0085\","
            + "\"day\":-1,\"code\":\"00112233-4455-6677-8899-aabbccddeeff\",\"state\":\"PAID\","
            + "\"mark\":\"\\u0000\\u007f\\u00ff\",\"tags\":{\"a\":[\"x\",\"y\"],\"b\":[]},"
            + "\"place\":{\"zip\":8001}}")
        .formatted(id, micros, count, more);
  }

  @Test
  void values_areThoseThatThePeerWrote() throws Exception {
    KafkaServer kafka = KafkaServer.shared();
    RegistryServer registry = RegistryServer.shared();
    String topic = kafka.createTopic(1, Map.of());
    long micros = NOON * 1_000;
    write(
        topic,
        List.of(
            "schema " + FIRST,
            NOON + " " + record("old", micros + 1, "-2147483648", "\"seen\":null,"),
            "schema " + SECOND,
            NOON
                + " "
                + record(
                    "new",
                    micros + 2,
                    "9223372036854775807",
                    "\"note\":\"gr\u00fc\u00df \ud83d\ude00\",\"seen\":{\"long\":7},")));

    ResolvedWindow window =
        new KafkaWindowSource(
                KafkaOptions.of(kafka.brokers(), topic),
                AvroRecordFormat.ofRegistry(
                    RegistryOptions.of(registry.url()), SchemaChoice.LATEST),
                Optional.empty())
            .resolve(WINDOW, SCHEMA, Optional.empty());
    WindowRun run = WindowRun.of(window, 1);

    assertThat(run.ids()).containsExactly("new", "old");
    assertThat(window.confirm(run.receipts())).isEmpty();
    EventRecord old = run.event("old").event();
    EventRecord recent = run.event("new").event();
    assertThat(values(old))
        .containsEntry("count", -2_147_483_648L)
        .containsEntry("note", "-")
        .containsEntry("seen", null);
    assertThat(values(recent))
        .containsEntry("count", Long.MAX_VALUE)
        .containsEntry("note", "gr\u00fc\u00df \ud83d\ude00")
        .containsEntry("seen", 7L);
    assertThat(old.time()).isEqualTo(WINDOW.from().plusNanos(1_000));
    assertThat(recent.time()).isEqualTo(WINDOW.from().plusNanos(2_000));
    for (EventRecord each : List.of(old, recent)) {
      assertThat(each.rejection()).isEmpty();
      assertThat(values(each))
          .containsEntry("ratio", (double) 0.1f)
          .containsEntry("flag", true)
          .containsEntry("amount", new BigDecimal("-1.23"))
          .containsEntry("day", LocalDate.parse("1969-12-31"))
          .containsEntry("code", UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"))
          .containsEntry("state", "PAID")
          .containsEntry("mark", Bytes.of(new byte[] {0, 127, -1}))
          .containsEntry("place.zip", 8001);
    }
  }

  private static Map<String, Object> values(EventRecord event) {
    Map<String, Object> values = new java.util.HashMap<>();
    SCHEMA.payload().forEach(field -> values.put(field.path(), event.value(field.path())));
    return values;
  }

  private static void write(String topic, List<String> lines)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                jars().resolve("*") + File.pathSeparator + ownClasses(),
                PeerWriter.class.getName(),
                KafkaServer.shared().brokers(),
                "http://127.0.0.1:" + RegistryServer.shared().port() + "/apis/registry/v2",
                topic)
            .redirectErrorStream(true)
            .start();
    String printed;
    try {
      try (OutputStream in = process.getOutputStream()) {
        in.write(String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
      }
      printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(printed).isZero();
    } finally {
      process.destroyForcibly();
    }
  }

  private static Path ownClasses() {
    return Path.of(PeerWriter.class.getProtectionDomain().getCodeSource().getLocation().getPath());
  }

  /** What the module {@code serializer} has copied. */
  private static Path jars() {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path jars = at.resolve("serializer/target/lib");
      if (Files.isDirectory(jars)) {
        return jars;
      }
    }
    throw new IllegalStateException("Cannot find the serializer: build the module serializer");
  }
}
