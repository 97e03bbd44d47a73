package io.errata.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.servers.KafkaServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Connections to a real broker that asks for logins and certificates: what is right plans, and what
 * is wrong says which, within seconds and without a secret.
 */
class KafkaSecurityIT {
  /** Needs quoting in the settings of Kafka's client. */
  private static final String RIGHT = "kanari\"en\\vogel7x;2q";

  private static final String WRONG = "falscherkanari5k1z";
  private static final String PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule";
  private static final String SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule";

  /** As long as a person waits who has mistyped something. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir private static Path safe;
  private static KafkaServer server;
  private static Certificates certificates;
  private static String topic;

  @TempDir private Path folder;
  private Database database;

  @BeforeAll
  static void start() throws Exception {
    certificates = new Certificates(safe);
    certificates.authority("ours");
    certificates.authority("theirs");
    certificates.issue("ours", "broker", "ip:127.0.0.1");
    certificates.issue("ours", "elsewhere", "dns:elsewhere.example");
    certificates.issue("ours", "client", "dns:client.example");
    certificates.issue("theirs", "stranger", "dns:stranger.example");
    secret("right.txt", RIGHT + "\n");
    secret("wrong.txt", WRONG + "\n");
    secret("client-key.txt", Files.readString(certificates.keyFile("client")));
    Map<String, String> settings = new LinkedHashMap<>();
    for (String listener : List.of("login", "tlslogin")) {
      settings.put(
          "listener.name." + listener + ".sasl.enabled.mechanisms",
          "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512");
      String quoted = RIGHT.replace("\\", "\\\\").replace("\"", "\\\"");
      settings.put(
          "listener.name." + listener + ".plain.sasl.jaas.config",
          PLAIN + " required user_reader=\"" + quoted + "\";");
    }
    settings.put("listener.name.scramonly.sasl.enabled.mechanisms", "SCRAM-SHA-512");
    for (String listener : List.of("login", "tlslogin", "scramonly")) {
      for (String mechanism : List.of("scram-sha-256", "scram-sha-512")) {
        settings.put(
            "listener.name." + listener + "." + mechanism + ".sasl.jaas.config",
            SCRAM + " required;");
      }
    }
    for (String listener : List.of("tls", "tlslogin", "mutual", "elsewhere")) {
      String prefix = "listener.name." + listener + ".ssl.";
      settings.put(prefix + "keystore.type", "PKCS12");
      settings.put(
          prefix + "keystore.location",
          certificates.file(listener.equals("elsewhere") ? "elsewhere" : "broker").toString());
      settings.put(prefix + "keystore.password", Certificates.PASSWORD);
      settings.put(prefix + "key.password", Certificates.PASSWORD);
    }
    settings.put("listener.name.mutual.ssl.client.auth", "required");
    settings.put("listener.name.mutual.ssl.truststore.type", "PEM");
    settings.put(
        "listener.name.mutual.ssl.truststore.location", certificates.chain("ours").toString());
    server =
        KafkaServer.start(
            1,
            settings,
            Map.of(
                "LOGIN", "SASL_PLAINTEXT",
                "SCRAMONLY", "SASL_PLAINTEXT",
                "TLS", "SSL",
                "TLSLOGIN", "SASL_SSL",
                "MUTUAL", "SSL",
                "ELSEWHERE", "SSL"));
    topic = server.createTopic(1, Map.of());
    try (Producer<byte[], byte[]> producer = server.producer(Map.of())) {
      Instant time = Instant.parse("2024-06-10T12:00:00Z");
      String event = "{\"id\":\"e1\",\"ts\":\"%s\",\"name\":\"ann\",\"amount\":5}".formatted(time);
      producer
          .send(new ProducerRecord<>(topic, 0, time.toEpochMilli(), null, event.getBytes(UTF_8)))
          .get();
    }
    try (Admin admin = server.admin()) {
      for (ScramMechanism mechanism :
          List.of(ScramMechanism.SCRAM_SHA_256, ScramMechanism.SCRAM_SHA_512)) {
        ScramCredentialInfo info = new ScramCredentialInfo(mechanism, 4096);
        admin
            .alterUserScramCredentials(
                List.of(new UserScramCredentialUpsertion("reader", info, RIGHT)))
            .all()
            .get();
      }
    }
  }

  private static void secret(String name, String text) throws IOException {
    Files.writeString(safe.resolve(name), text);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void open() {
    database = Database.create();
    database.execute("CREATE TABLE totals (name text PRIMARY KEY, total bigint)");
  }

  @AfterEach
  void close() {
    database.close();
  }

  private SpecDraft draft(String listener) {
    return SpecDraft.of(database, folder.resolve("plans"))
        .window("2024-06-10T12:00:00Z", "2024-06-10T12:30:00Z")
        .set(
            "events.kafka.brokers",
            listener.isEmpty() ? server.brokers() : server.brokers(listener))
        .set("events.kafka.topic", topic)
        .set("events.kafka.format", "json")
        .set("events.fields.id", "id")
        .set("events.fields.time", "ts")
        .aggregate(Map.of("name", "name"), Map.of("total", "sum(amount)"))
        .table("totals", List.of("name"), List.of("total"));
  }

  private static String reference(Path file) {
    return "${file:" + file + "}";
  }

  private static UnaryOperator<SpecDraft> login(String mechanism, String user, String password) {
    return draft ->
        draft
            .set("events.kafka.sasl.mechanism", mechanism)
            .set("events.kafka.sasl.user", user)
            .set("events.kafka.sasl.password", reference(safe.resolve(password)));
  }

  private static UnaryOperator<SpecDraft> tls(String authority) {
    return draft -> draft.set("events.kafka.tls.ca", reference(chain(authority)));
  }

  private static UnaryOperator<SpecDraft> certificate(String name) {
    return draft -> {
      try {
        return tls("ours")
            .apply(draft)
            .set("events.kafka.tls.certificate", reference(certificates.chain(name)))
            .set("events.kafka.tls.key", reference(certificates.keyFile(name)));
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    };
  }

  private static Path chain(String name) {
    try {
      return certificates.chain(name);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static Path encryptedKey() {
    try {
      return certificates.encryptedKeyFile("client", RIGHT);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  static Stream<Arguments> right() {
    return Stream.of(
        Arguments.of("LOGIN", "PLAIN", login("PLAIN", "reader", "right.txt")),
        Arguments.of("LOGIN", "SCRAM", login("SCRAM-SHA-256", "reader", "right.txt")),
        Arguments.of("SCRAMONLY", "SCRAM 512", login("SCRAM-SHA-512", "reader", "right.txt")),
        Arguments.of("TLS", "own authority", tls("ours")),
        Arguments.of(
            "TLSLOGIN",
            "login in TLS",
            (UnaryOperator<SpecDraft>)
                draft -> login("PLAIN", "reader", "right.txt").apply(tls("ours").apply(draft))),
        Arguments.of("MUTUAL", "client certificate", certificate("client")),
        Arguments.of(
            "MUTUAL",
            "client certificate with an encrypted key",
            (UnaryOperator<SpecDraft>)
                draft ->
                    certificate("client")
                        .apply(draft)
                        .set("events.kafka.tls.key", reference(encryptedKey()))
                        .set(
                            "events.kafka.tls.key-password",
                            reference(safe.resolve("right.txt")))));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource
  void right(String listener, String name, UnaryOperator<SpecDraft> security) {
    assertThat(Runs.corrections(Runs.plan(security.apply(draft(listener)))))
        .isEqualTo(Map.of("[ann]", "insert [ann, 5]"));
  }

  static Stream<Arguments> wrong() {
    String brokers = "the brokers BROKERS ";
    UnaryOperator<SpecDraft> none = draft -> draft;
    return Stream.of(
        Arguments.of(
            "LOGIN",
            "wrong password",
            login("PLAIN", "reader", "wrong.txt"),
            ErrorCode.FORBIDDEN,
            brokers + "refused the user or the password (PLAIN, user reader)"),
        Arguments.of(
            "LOGIN",
            "wrong password by SCRAM",
            login("SCRAM-SHA-512", "reader", "wrong.txt"),
            ErrorCode.FORBIDDEN,
            brokers + "refused the user or the password (SCRAM-SHA-512, user reader)"),
        Arguments.of(
            "LOGIN",
            "unknown user",
            login("SCRAM-SHA-256", "nobody", "right.txt"),
            ErrorCode.FORBIDDEN,
            brokers + "refused the user or the password (SCRAM-SHA-256, user nobody)"),
        Arguments.of(
            "SCRAMONLY",
            "mechanism that is not offered",
            login("PLAIN", "reader", "right.txt"),
            ErrorCode.FORBIDDEN,
            brokers + "don't offer the mechanism PLAIN"),
        Arguments.of(
            "TLS",
            "untrusted authority",
            tls("theirs"),
            ErrorCode.FORBIDDEN,
            "the certificate of the brokers BROKERS isn't trusted"),
        Arguments.of(
            "ELSEWHERE",
            "another host name",
            tls("ours"),
            ErrorCode.FORBIDDEN,
            "the certificate of the brokers BROKERS is for another host name"),
        Arguments.of(
            "MUTUAL",
            "no client certificate",
            tls("ours"),
            ErrorCode.FORBIDDEN,
            brokers + "want a client certificate"),
        Arguments.of(
            "MUTUAL",
            "client certificate of a stranger",
            certificate("stranger"),
            ErrorCode.FORBIDDEN,
            brokers + "refused the client certificate"),
        Arguments.of(
            "TLS",
            "no TLS where it is wanted",
            none,
            ErrorCode.INVALID_SPEC,
            brokers + "speak TLS at this port, and the spec doesn't"),
        Arguments.of(
            "",
            "TLS where there is none",
            tls("ours"),
            ErrorCode.INVALID_SPEC,
            brokers + "don't speak TLS at this port, and the spec does"),
        Arguments.of(
            "LOGIN",
            "no login where one is wanted",
            none,
            ErrorCode.INVALID_SPEC,
            brokers + "ask for a login, and the spec has none"),
        Arguments.of(
            "",
            "login where none is wanted",
            login("PLAIN", "reader", "right.txt"),
            ErrorCode.INVALID_SPEC,
            brokers + "ask for no login at this port, and the spec has one"),
        Arguments.of(
            "TLSLOGIN",
            "login without the TLS that is wanted",
            login("PLAIN", "reader", "right.txt"),
            ErrorCode.INVALID_SPEC,
            brokers + "speak TLS at this port, and the spec doesn't"),
        Arguments.of(
            "TLSLOGIN",
            "TLS without the login that is wanted",
            tls("ours"),
            ErrorCode.UNAVAILABLE,
            "no broker answers (BROKERS: something that speaks TLS)"),
        Arguments.of(
            "MUTUAL",
            "wrong password of the key",
            (UnaryOperator<SpecDraft>)
                draft ->
                    certificate("client")
                        .apply(draft)
                        .set("events.kafka.tls.key", reference(encryptedKey()))
                        .set("events.kafka.tls.key-password", reference(safe.resolve("wrong.txt"))),
            ErrorCode.INVALID_SPEC,
            "the certificates or the key of events.kafka.tls can't be used"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource
  void wrong(
      String listener,
      String name,
      UnaryOperator<SpecDraft> security,
      ErrorCode code,
      String reason) {
    SpecDraft draft = security.apply(draft(listener));
    long begin = System.nanoTime();
    ErrataException refused = catchThrowableOfType(ErrataException.class, () -> Runs.plan(draft));
    Duration taken = Duration.ofNanos(System.nanoTime() - begin);
    assertThat(refused).as(name).isNotNull();
    assertThat(refused)
        .hasMessage(
            "Cannot read topic "
                + topic
                + ": "
                + reason.replace(
                    "BROKERS", listener.isEmpty() ? server.brokers() : server.brokers(listener)));
    assertThat(refused.code()).isEqualTo(code);
    assertThat(taken).isLessThan(PATIENCE);
    for (Throwable each = refused; each != null; each = each.getCause()) {
      assertThat(each.toString()).doesNotContain(RIGHT, WRONG, "PRIVATE KEY");
    }
  }
}
