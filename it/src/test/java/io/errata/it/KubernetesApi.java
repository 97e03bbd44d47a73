package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.errata.servers.KubernetesServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** The API of a Kubernetes server, as one of its users sees it. Thread-safe. */
final class KubernetesApi {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SECONDS = 60;
  private static final int LOOK_AGAIN_MILLIS = 50;

  private final HttpClient http;
  private final URI address;
  private final String token;

  /** What a kind is called in paths, by its version and name: {@code apis/apps/v1 Deployment}. */
  private final Map<String, JsonNode> kinds;

  private KubernetesApi(HttpClient http, URI address, String token, Map<String, JsonNode> kinds) {
    this.http = http;
    this.address = address;
    this.token = token;
    this.kinds = kinds;
  }

  /**
   * What it has answered.
   *
   * @param status of HTTP
   * @param body an object, or why not
   */
  record Answer(int status, JsonNode body) {
    /** Why it was refused. */
    String message() {
      return body.path("message").asText();
    }
  }

  /** That of who may do everything, once the server is ready. */
  static KubernetesApi of(KubernetesServer server) {
    try {
      KubernetesApi api =
          new KubernetesApi(
              HttpClient.newBuilder().sslContext(trusting(server)).build(),
              server.address(),
              server.token(),
              new ConcurrentHashMap<>());
      await(() -> api.isFound("/readyz"), "the API server");
      return api;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Writes what {@code KUBECONFIG} names, for who has a token. */
  static void writeAccess(KubernetesServer server, String token, Path file) throws IOException {
    writeAccess(server.address(), server.certificate(), token, file);
  }

  /** The same, of a server at an address. */
  static void writeAccess(URI address, Path certificate, String token, Path file)
      throws IOException {
    ObjectNode access = JSON.createObjectNode();
    access.put("apiVersion", "v1").put("kind", "Config").put("current-context", "test");
    ObjectNode cluster = access.putArray("clusters").addObject().put("name", "test");
    cluster
        .putObject("cluster")
        .put("server", address.toString())
        .put("certificate-authority", certificate.toString());
    access.putArray("users").addObject().put("name", "test").putObject("user").put("token", token);
    ObjectNode context = access.putArray("contexts").addObject().put("name", "test");
    context.putObject("context").put("cluster", "test").put("user", "test");
    Files.writeString(file, access.toString());
  }

  /** Puts in one of the operator's CRDs. */
  void install(String plural) throws IOException {
    try (InputStream file =
        Objects.requireNonNull(
            KubernetesApi.class.getResourceAsStream(
                "/META-INF/fabric8/" + plural + ".flink.apache.org-v1.yml"))) {
      ObjectNode crd = (ObjectNode) new YAMLMapper().readTree(file);
      JsonNode schema = crd.at("/spec/versions/0/schema/openAPIV3Schema/properties/spec");
      if (schema.at("/properties/flinkVersion/enum") instanceof ArrayNode versions) {
        // 1.10.0, the newest API of the operator on Maven Central, ends at v1_20.
        versions.add("v2_3");
      }
      Answer answer = apply(crd);
      assertThat(answer.status()).as(answer.message()).isEqualTo(201);
      await(() -> isFound("/apis/flink.apache.org/v1beta1/" + plural), "the CRD " + plural);
    }
  }

  private static SSLContext trusting(KubernetesServer server)
      throws IOException, GeneralSecurityException {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    try (InputStream file = Files.newInputStream(server.certificate())) {
      for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(file)) {
        trusted.setCertificateEntry("server-" + trusted.size(), each);
      }
    }
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }

  /** The same, for who has another token. */
  KubernetesApi with(String other) {
    return new KubernetesApi(http, address, other, kinds);
  }

  /** A token of a service account, as its pods are given one. */
  String token(String namespace, String account) {
    Answer answer =
        send(
            "POST",
            "/api/v1/namespaces/%s/serviceaccounts/%s/token".formatted(namespace, account),
            "application/json",
            "{\"apiVersion\":\"authentication.k8s.io/v1\",\"kind\":\"TokenRequest\",\"spec\":{}}");
    assertThat(answer.status()).as(answer.message()).isEqualTo(201);
    return answer.body().at("/status/token").asText();
  }

  /** Server-side apply, which refuses fields that it doesn't know. */
  Answer apply(JsonNode object) {
    return send(
        "PATCH",
        path(object) + "?fieldManager=errata-test&fieldValidation=Strict&force=true",
        "application/apply-patch+yaml",
        object.toString());
  }

  /** Looks whether an object could be created, and keeps nothing. */
  Answer tryToCreate(JsonNode object) {
    String path = path(object);
    return send(
        "POST",
        path.substring(0, path.lastIndexOf('/')) + "?dryRun=All&fieldValidation=Strict",
        "application/json",
        object.toString());
  }

  /** Reads an object, which is there. */
  JsonNode read(JsonNode object) {
    return read(path(object));
  }

  JsonNode read(String path) {
    Answer answer = send("GET", path, "application/json", "");
    assertThat(answer.status()).as(path + " " + answer.message()).isEqualTo(200);
    return answer.body();
  }

  boolean isFound(String path) {
    return send("GET", path, "application/json", "").status() == 200;
  }

  private String path(JsonNode object) {
    String version = object.path("apiVersion").asText();
    String group = (version.contains("/") ? "/apis/" : "/api/") + version;
    JsonNode kind =
        kinds.computeIfAbsent(
            version + " " + object.path("kind").asText(),
            key -> find(group, object.path("kind").asText()));
    return group
        + (kind.path("namespaced").asBoolean()
            ? "/namespaces/" + object.at("/metadata/namespace").asText()
            : "")
        + "/"
        + kind.path("name").asText()
        + "/"
        + object.at("/metadata/name").asText();
  }

  private JsonNode find(String group, String kind) {
    Answer answer = send("GET", group, "application/json", "");
    for (JsonNode each : answer.body().path("resources")) {
      if (each.path("kind").asText().equals(kind) && !each.path("name").asText().contains("/")) {
        return each;
      }
    }
    throw new IllegalArgumentException("no kind " + kind + " in " + group);
  }

  Answer send(String method, String path, String type, String body) {
    try {
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(address.resolve(path))
                  .header("Authorization", "Bearer " + token)
                  .header("Content-Type", type)
                  .timeout(Duration.ofSeconds(SECONDS))
                  .method(method, HttpRequest.BodyPublishers.ofString(body))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      String said = answer.body();
      return new Answer(
          answer.statusCode(),
          said.startsWith("{") ? JSON.readTree(said) : JSON.createObjectNode());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Waits until something is so. */
  static void await(BooleanSupplier condition, String what) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waiting for " + what).isLessThan(end);
      try {
        // Asks again; there is no event to wait for in another process.
        TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }
}
