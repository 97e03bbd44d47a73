package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.Secret;
import io.errata.connectors.registry.RegisteredSchema.Language;
import io.errata.connectors.registry.RegisteredSchema.Reference;
import io.errata.connectors.registry.RegistryOptions;
import io.errata.connectors.registry.SchemaRegistry;
import io.errata.servers.RegistryServer;
import io.errata.testkit.RegistryProxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the client of a registry gives, and says where it gives nothing; with a real registry. */
class SchemaRegistryIT {
  private static final String INT = "{\"type\":\"record\",\"name\":\"A\",\"fields\":[]}";
  private static final String LONG =
      "{\"type\":\"record\",\"name\":\"A\",\"fields\":[{\"name\":\"x\",\"type\":\"long\"}]}";

  private final RegistryServer server = RegistryServer.shared();
  private RegistryProxy proxy;

  @BeforeEach
  void startProxy() {
    proxy = RegistryProxy.before(server);
  }

  @AfterEach
  void stopProxy() {
    proxy.close();
  }

  private SchemaRegistry registry() {
    return new SchemaRegistry(RegistryOptions.of(proxy.url()));
  }

  private static void fails(ThrowingCallable call, ErrorCode code, String message, String next) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ErrataException.class,
            e -> {
              assertThat(e.code()).isEqualTo(code);
              assertThat(e).hasMessage(message);
              assertThat(e.next()).contains(next);
            });
  }

  @Test
  void schema_isFoundByIdAndByVersion() {
    int first = server.register("found-value", INT);
    int second = server.register("found-value", LONG);
    SchemaRegistry registry = registry();
    assertThat(registry.find(first).orElseThrow().text()).isEqualTo(INT);
    assertThat(registry.find("found-value", 1).orElseThrow().schema().id()).isEqualTo(first);
    assertThat(registry.findLatest("found-value").orElseThrow().text())
        .isEqualTo("found-value version 2 (id " + second + ")");
    assertThat(registry.versions("found-value")).containsExactly(1, 2);
    assertThat(registry.subjects()).contains("found-value");
  }

  @Test
  void subject_mayHoldCharactersThatMeanSomethingInAUrl() {
    server.register("a/b c?d-value", LONG);
    assertThat(registry().versions("a/b c?d-value")).containsExactly(1);
  }

  @Test
  void language_isTold() {
    int id =
        server.registerDocument(
            "language-value",
            "{\"schemaType\":\"JSON\",\"schema\":"
                + RegistryServer.quoted(
                    "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"type\":\"object\"}")
                + "}");
    assertThat(registry().findLatest("language-value").orElseThrow().schema())
        .satisfies(
            schema -> {
              assertThat(schema.id()).isEqualTo(id);
              assertThat(schema.language()).isEqualTo(Language.JSON);
            });
  }

  @Test
  void references_areTold() {
    server.register("referred-value", INT);
    int id =
        server.registerDocument(
            "referring-value",
            "{\"schema\":"
                + RegistryServer.quoted(
                    "{\"type\":\"record\",\"name\":\"B\",\"fields\":[{\"name\":\"a\",\"type\":\"A\"}]}")
                + ",\"references\":[{\"name\":\"A\",\"subject\":\"referred-value\",\"version\":1}]}");
    assertThat(registry().find(id).orElseThrow().references())
        .containsExactly(new Reference("A", "referred-value", 1));
  }

  @Test
  void unknownId_isEmpty() {
    assertThat(registry().find(987_654)).isEmpty();
    assertThat(registry().find("unknown-value", 1)).isEmpty();
    assertThat(registry().findLatest("unknown-value")).isEmpty();
    assertThat(registry().versions("unknown-value")).isEmpty();
  }

  @Test
  void idAndVersion_areAskedForOnce_andTheLatestEachTime() {
    int id = server.register("cached-value", LONG);
    SchemaRegistry registry = registry();
    for (int i = 0; i < 3; i++) {
      registry.find(id);
      registry.find(987_655);
      registry.find("cached-value", 1);
      registry.findLatest("cached-value");
    }
    assertThat(proxy.asked())
        .containsExactly(
            "/schemas/ids/" + id,
            "/schemas/ids/987655",
            "/subjects/cached-value/versions/1",
            "/subjects/cached-value/versions/latest",
            "/subjects/cached-value/versions/latest",
            "/subjects/cached-value/versions/latest");
  }

  @Test
  void registryThatIsDown_isUnavailable() {
    String url = proxy.url();
    proxy.close();
    fails(
        () -> registry().find(1),
        ErrorCode.UNAVAILABLE,
        "Cannot read the schema with id 1: the schema registry "
            + url
            + " can't be reached (ConnectException)",
        "that it is up");
  }

  @Test
  void registryThatHangs_isUnavailableInTime() {
    proxy.hang();
    RegistryOptions options = RegistryOptions.of(proxy.url()).withTimeout(Duration.ofMillis(100));
    fails(
        () -> new SchemaRegistry(options).find(1),
        ErrorCode.UNAVAILABLE,
        "Cannot read the schema with id 1: the schema registry "
            + proxy.url()
            + " can't be reached (no answer within PT0.1S)",
        "that it is up");
  }

  @Test
  void registryThatStopsInTheMiddleOfAnAnswer_isUnavailableInTime() throws IOException {
    try (ServerSocket half = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread answering =
          new Thread(
              () -> {
                try {
                  while (true) {
                    Socket socket = half.accept();
                    socket
                        .getOutputStream()
                        .write("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{".getBytes("UTF-8"));
                  }
                } catch (IOException e) {
                  // The test is over.
                  return;
                }
              });
      answering.start();
      String url = "http://localhost:" + half.getLocalPort();
      RegistryOptions options = RegistryOptions.of(url).withTimeout(Duration.ofMillis(100));
      fails(
          () -> new SchemaRegistry(options).find(1),
          ErrorCode.UNAVAILABLE,
          "Cannot read the schema with id 1: the schema registry "
              + url
              + " can't be reached (no answer within PT0.1S)",
          "that it is up");
    }
  }

  @Test
  void registryThatRestarts_isAskedAgain() {
    int id = server.register("restarted-value", LONG);
    proxy.fail(2, 503);
    assertThat(registry().find(id)).isPresent();
  }

  @Test
  void registryThatKeepsFailing_isUnavailable() {
    proxy.fail(99, 500);
    fails(
        () -> registry().findLatest("failing-value"),
        ErrorCode.UNAVAILABLE,
        "Cannot read the latest version of failing-value: the schema registry "
            + proxy.url()
            + " answers 500",
        "try again");
  }

  @Test
  void login_isShown() {
    int id = server.register("secured-value", LONG);
    proxy.askForLogin("errata", "p:ä");
    RegistryOptions options = RegistryOptions.of(proxy.url());
    assertThat(
            new SchemaRegistry(options.withLogin("errata", Secret.of("p:ä"))).find(id).isPresent())
        .isTrue();
    fails(
        () -> new SchemaRegistry(options.withLogin("errata", Secret.of("wrong"))).find(id),
        ErrorCode.FORBIDDEN,
        "Cannot read the schema with id "
            + id
            + ": the schema registry "
            + proxy.url()
            + " answers 401 to the user errata",
        "user and password");
    fails(
        () -> new SchemaRegistry(options).find(id),
        ErrorCode.FORBIDDEN,
        "Cannot read the schema with id "
            + id
            + ": the schema registry "
            + proxy.url()
            + " answers 401 to somebody without a login",
        "Give events.kafka.registry.user");
  }

  @Test
  void bearerToken_isShown() {
    int id = server.register("secured-value", LONG);
    proxy.askForToken("abc");
    RegistryOptions options = RegistryOptions.of(proxy.url());
    assertThat(new SchemaRegistry(options.withToken(Secret.of("abc"))).find(id)).isPresent();
    fails(
        () -> new SchemaRegistry(options.withToken(Secret.of("expired"))).find(id),
        ErrorCode.FORBIDDEN,
        "Cannot read the schema with id "
            + id
            + ": the schema registry "
            + proxy.url()
            + " answers 401 to the bearer token",
        "has not expired");
  }

  @Test
  void urlOfSomethingElse_isNoRegistry() {
    String url = "http://127.0.0.1:" + server.port();
    fails(
        () -> new SchemaRegistry(RegistryOptions.of(url)).findLatest("x-value"),
        ErrorCode.INVALID_SOURCE,
        "Cannot read the latest version of x-value: "
            + url
            + " is no schema registry (it answers 404)",
        "/apis/ccompat/v7");
  }
}
