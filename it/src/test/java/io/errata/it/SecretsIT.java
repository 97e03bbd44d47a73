package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.servers.KafkaServer;
import io.errata.servers.RegistryServer;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.plan.QuarantineEntry;
import io.errata.testkit.PostgresServer;
import io.errata.testkit.RegistryProxy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Secrets that can be recognised, put through every command and many failures with all logging on,
 * and then looked for in all that is left: standard output and error, plans, reports, temporary
 * files, the ledger, and what others on the machine see of the process.
 */
class SecretsIT {
  private static final String RIGHT = "kanarienvogel7x2q";
  private static final String WRONG = "falscherkanari5k1z";

  @TempDir private Path folder;
  @TempDir private Path safe;
  private Database database;

  @BeforeEach
  void open() throws IOException {
    database = Database.create();
    String role = PostgresServer.PASSWORD_USER;
    database.execute("ALTER ROLE " + role + " PASSWORD '" + RIGHT + "'");
    database.execute(
        "CREATE TABLE totals (name text PRIMARY KEY, total numeric(14,2), events bigint)");
    database.execute("INSERT INTO totals VALUES ('ann', 0, 0), ('ben', 3, 1)");
    database.execute("GRANT ALL ON SCHEMA public TO " + role);
    database.execute("GRANT ALL ON totals TO " + role);
    List<String> events = new ArrayList<>();
    for (String name : List.of("ann", "ben", "cia", "d", "e", "f", "g", "h", "i", "j")) {
      events.add(
          "{\"id\":\"%s\",\"ts\":\"2024-06-10T12:00:00Z\",\"name\":\"%s\",\"amount\":3,\"does\":%s}"
              .formatted(name, name, name.equals("cia") ? "\"throw\"" : "null"));
    }
    Files.write(Files.createDirectories(folder.resolve("archive")).resolve("events.jsonl"), events);
    Files.writeString(safe.resolve("right.txt"), RIGHT + "\n");
    Files.writeString(safe.resolve("wrong.txt"), WRONG + "\n");
    // The driver logs what it sends, where it is asked to.
    Files.writeString(
        safe.resolve("jul.properties"),
        "handlers=java.util.logging.ConsoleHandler\njava.util.logging.ConsoleHandler.level=ALL\norg.postgresql.level=ALL\n");
  }

  @AfterEach
  void close() {
    database.execute("ALTER ROLE " + PostgresServer.PASSWORD_USER + " PASSWORD 'right'");
    database.close();
  }

  private void spec(String password) throws IOException {
    Files.writeString(folder.resolve("spec.yaml"), draft(password).text());
  }

  private SpecDraft draft(String password) {
    return SpecDraft.of(database, folder.resolve("plans"))
        .window("2024-06-10T12:00:00Z", "2024-06-10T13:00:00Z")
        .archive(folder.resolve("archive"), "", "jsonl")
        .set("events.fields.id", "id")
        .set("events.fields.time", "ts")
        .set("worker.name", "faulty")
        .set("worker.version", 1)
        .set("limits.corrections", 100)
        .set("limits.quarantine", 100)
        .table("totals", List.of("name"), List.of("total", "events"))
        .set("table.jdbc.user", PostgresServer.PASSWORD_USER)
        .set("table.jdbc.password", password);
  }

  private ErrataProcess start(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--json", "--debug"));
    return ErrataProcess.start(
        folder,
        Map.of(
            "ERRATA_RIGHT",
            RIGHT,
            "ERRATA_WRONG",
            WRONG,
            "JAVA_TOOL_OPTIONS",
            "-Derrata.log.flink=DEBUG -Djava.util.logging.config.file="
                + safe.resolve("jul.properties")),
        all.toArray(String[]::new));
  }

  private ErrataProcess.Ended errata(int status, String... args) {
    try (ErrataProcess process = start(args)) {
      ErrataProcess.Ended ended = process.await();
      assertThat(ended.status()).as(ended.err()).isEqualTo(status);
      // That there was something to find it in.
      assertThat(ended.err()).contains("DEBUG");
      return ended;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"env", "file"})
  void secret_isInNothingThatIsLeftOfARun(String kind) throws IOException {
    spec(kind.equals("env") ? "${env:ERRATA_RIGHT}" : "${file:" + safe.resolve("right.txt") + "}");
    // Its worker keeps something in a static field, which check finds.
    errata(2, "check", "spec.yaml");
    String plan;
    try (ErrataProcess process = start("plan", "spec.yaml", "--set", "limits.rate=1/s")) {
      process.awaitError("recompute");
      assertThat(process.commandLine()).contains("io.errata.jobs.cli.Main");
      assertNotIn(process.commandLine(), "the command line");
      assertNotBelow(process.temporary());
      ErrataProcess.Ended ended = process.await();
      assertThat(ended.status()).as(ended.err()).isZero();
      plan = ended.document("plan").get("plan").asText();
    }
    errata(0, "show", plan);
    errata(0, "apply", plan);
    errata(0, "verify", "spec.yaml");
    errata(0, "rollback", plan);
    errata(0, "history", "spec.yaml");
    PlanDirectory made =
        PlanDirectory.open(io.errata.state.plan.LocalPlanStorage.of(folder.resolve("plans")), plan);
    List<QuarantineEntry> quarantine = Runs.quarantine(made);
    assertThat(quarantine).hasSize(1);
    assertNotIn(quarantine.toString(), "the quarantine");
    assertThat(database.dump("errata_ledger")).hasSize(2);
    assertNotIn(database.dump("errata_ledger").toString(), "the ledger");
    assertThat(folder.resolve("plans").resolve(plan).resolve("report.html")).isNotEmptyFile();
    assertThat(Files.readString(folder.resolve("plans").resolve(plan).resolve("manifest.json")))
        .contains(kind.equals("env") ? "${env:ERRATA_RIGHT}" : "${file:");
    assertNotBelow(folder);
  }

  @Test
  void secret_isInNothingThatIsLeftOfAFailure() throws IOException {
    spec("${env:ERRATA_WRONG}");
    errata(2, "check", "spec.yaml");
    errata(2, "plan", "spec.yaml");
    errata(
        2,
        "plan",
        "spec.yaml",
        "--set",
        "table.jdbc.password=${file:" + safe.resolve("wrong.txt") + "}");
    String nowhere = "table.jdbc.url=jdbc:postgresql://127.0.0.1:1/app";
    errata(6, "plan", "spec.yaml", "--set", nowhere);
    // In an address, which is printed and kept, it is refused, from a variable too.
    errata(2, "plan", "spec.yaml", "--set", nowhere + "?password=${env:ERRATA_WRONG}");
    errata(2, "plan", "spec.yaml", "--set", nowhere + "?password=" + WRONG);
    errata(2, "plan", "spec.yaml", "--set", "table.jdbc.password=" + WRONG);
    errata(2, "plan", "spec.yaml", "--set", "table.jdbc.url=${env:ERRATA_WRONG}");
    errata(2, "plan", "spec.yaml", "--set", "name=${env:ERRATA_WRONG}");
    assertThat(folder.resolve("plans")).doesNotExist();
    assertNotBelow(folder);
  }

  @Test
  void secretsOfKafka_areInNothingThatIsLeft() throws Exception {
    Certificates certificates = new Certificates(safe);
    certificates.authority("ours");
    certificates.issue("ours", "broker", "ip:127.0.0.1");
    certificates.issue("ours", "client", "dns:client.example");
    String listener = "listener.name.safe.";
    Map<String, String> settings = new TreeMap<>();
    settings.put(listener + "sasl.enabled.mechanisms", "PLAIN");
    settings.put(
        listener + "plain.sasl.jaas.config",
        "org.apache.kafka.common.security.plain.PlainLoginModule required user_reader=\""
            + RIGHT
            + "\";");
    settings.put(listener + "ssl.keystore.type", "PKCS12");
    settings.put(listener + "ssl.keystore.location", certificates.file("broker").toString());
    settings.put(listener + "ssl.keystore.password", Certificates.PASSWORD);
    settings.put(listener + "ssl.key.password", Certificates.PASSWORD);
    settings.put(listener + "ssl.client.auth", "required");
    settings.put(listener + "ssl.truststore.type", "PEM");
    settings.put(listener + "ssl.truststore.location", certificates.chain("ours").toString());
    Path key = certificates.keyFile("client");
    String inKey = Files.readAllLines(key).get(1);
    try (KafkaServer server = KafkaServer.start(1, settings, Map.of("SAFE", "SASL_SSL"))) {
      String topic = server.createTopic(1, Map.of());
      try (Producer<byte[], byte[]> producer = server.producer(Map.of())) {
        for (String line : Files.readAllLines(folder.resolve("archive/events.jsonl"))) {
          long time = Instant.parse("2024-06-10T12:00:00Z").toEpochMilli();
          byte[] value = line.getBytes(StandardCharsets.UTF_8);
          producer.send(new ProducerRecord<>(topic, 0, time, null, value)).get();
        }
      }
      Files.delete(folder.resolve("archive/events.jsonl"));
      SpecDraft draft =
          draft("${env:ERRATA_RIGHT}")
              .remove("events.archive")
              .set("events.kafka.brokers", server.brokers("SAFE"))
              .set("events.kafka.topic", topic)
              .set("events.kafka.format", "json")
              .set("events.kafka.sasl.mechanism", "PLAIN")
              .set("events.kafka.sasl.user", "reader")
              .set("events.kafka.sasl.password", "${env:ERRATA_RIGHT}")
              .set("events.kafka.tls.ca", "${file:" + certificates.chain("ours") + "}")
              .set("events.kafka.tls.certificate", "${file:" + certificates.chain("client") + "}")
              .set("events.kafka.tls.key", "${file:" + key + "}");
      Files.writeString(folder.resolve("spec.yaml"), draft.text());
      List<String> printed = new ArrayList<>();
      ErrataProcess.Ended planned = errata(0, "plan", "spec.yaml");
      printed.add(planned.out() + planned.err());
      String plan = planned.document("plan").get("plan").asText();
      // Its worker rejects an event, which is then in quarantine.
      ErrataProcess.Ended retried = errata(0, "retry", plan);
      printed.add(retried.out() + retried.err());
      String password = "events.kafka.sasl.password=";
      ErrataProcess.Ended wrong =
          errata(2, "plan", "spec.yaml", "--set", password + "${env:ERRATA_WRONG}");
      printed.add(wrong.out() + wrong.err());
      assertThat(wrong.err()).contains("refused the user or the password");
      ErrataProcess.Ended written = errata(2, "plan", "spec.yaml", "--set", password + WRONG);
      printed.add(written.out() + written.err());
      ErrataProcess.Ended noKey =
          errata(2, "plan", "spec.yaml", "--set", "events.kafka.tls.key=${env:ERRATA_WRONG}");
      printed.add(noKey.out() + noKey.err());
      assertThat(noKey.err())
          .contains("the certificates or the key of events.kafka.tls can't be used");
      for (String text : printed) {
        assertNotIn(text, "what was printed");
        assertThat(text.contains(inKey)).isFalse();
      }
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          assertThat(Files.readString(file, StandardCharsets.ISO_8859_1).contains(inKey))
              .as(file.toString())
              .isFalse();
        }
      }
      assertNotBelow(folder);
    }
  }

  @Test
  void secretOfTheRegistry_isInNothingThatIsLeft() throws Exception {
    spec("${env:ERRATA_RIGHT}");
    String topic = KafkaServer.shared().createTopic(1, Map.of());
    RegistryServer registry = RegistryServer.shared();
    Schema schema =
        SchemaBuilder.record("E")
            .fields()
            .requiredString("id")
            .requiredString("ts")
            .requiredString("name")
            .requiredInt("amount")
            .optionalString("does")
            .endRecord();
    int id = registry.register(topic + "-value", schema.toString());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(ByteBuffer.allocate(5).putInt(1, id).array());
    new GenericDatumWriter<GenericRecord>(schema)
        .write(
            new GenericRecordBuilder(schema)
                .set("id", "ann")
                .set("ts", "2024-06-10T12:00:00Z")
                .set("name", "ann")
                .set("amount", 3)
                .build(),
            EncoderFactory.get().directBinaryEncoder(bytes, null));
    long noon = Instant.parse("2024-06-10T12:00:00Z").toEpochMilli();
    try (Producer<byte[], byte[]> producer = KafkaServer.shared().producer(Map.of())) {
      producer.send(new ProducerRecord<>(topic, 0, noon, null, bytes.toByteArray())).get();
    }
    try (RegistryProxy proxy = RegistryProxy.before(registry)) {
      String kafka =
          "events.kafka={ brokers: '%s', topic: %s, format: avro, registry: { url: '%s', %s } }";
      String login = "user: errata, password: '${env:ERRATA_%s}'";
      proxy.askForLogin("errata", RIGHT);
      String right =
          kafka.formatted(
              KafkaServer.shared().brokers(), topic, proxy.url(), login.formatted("RIGHT"));
      ErrataProcess.Ended planned =
          errata(0, "plan", "spec.yaml", "--set", "events.archive=null", "--set", right);
      assertThat(planned.document("plan").at("/events/used").asLong()).isEqualTo(1);
      String wrong =
          kafka.formatted(
              KafkaServer.shared().brokers(), topic, proxy.url(), "token: '${env:ERRATA_WRONG}'");
      assertThat(
              errata(2, "plan", "spec.yaml", "--set", "events.archive=null", "--set", wrong).err())
          .contains("answers 401 to the bearer token");
      assertNotBelow(folder);
    }
  }

  /** What Flink serves has no password: it is for this machine alone. */
  @Test
  void plan_takesConnectionsFromThisMachineAlone() throws IOException {
    spec("${env:ERRATA_RIGHT}");
    try (ErrataProcess process = start("plan", "spec.yaml", "--set", "limits.rate=1/s")) {
      Set<String> seen = new TreeSet<>();
      process.await(() -> seen.addAll(process.listening()), "a port");
      assertThat(seen).allMatch(SecretsIT::isOfThisMachine);
      // Once more when events are read, and all that Flink starts is there.
      process.awaitError("/10");
      assertThat(process.listening()).allMatch(SecretsIT::isOfThisMachine);
    }
  }

  private static boolean isOfThisMachine(String address) {
    return address.matches("(0100007F|0{24}01000000|0{16}FFFF00000100007F):[0-9A-F]+");
  }

  private static void assertNotBelow(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        try {
          assertNotIn(
              new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1), file.toString());
        } catch (NoSuchFileException e) {
          // Flink deletes files while it works.
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void assertNotIn(String text, String where) {
    for (String secret : List.of(RIGHT, WRONG)) {
      byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
      for (String form :
          List.of(
              secret,
              Base64.getEncoder().encodeToString(bytes).substring(0, bytes.length),
              HexFormat.of().formatHex(bytes),
              new StringBuilder(secret).reverse().toString(),
              String.join("\0", secret.split("")))) {
        int at = text.indexOf(form);
        assertThat(at < 0 ? "" : text.substring(Math.max(0, at - 200), at + form.length()))
            .as("what is in " + where)
            .isEmpty();
      }
    }
  }
}
