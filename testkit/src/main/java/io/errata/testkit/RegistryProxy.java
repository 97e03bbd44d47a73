package io.errata.testkit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.errata.servers.RegistryServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Stands before a {@link RegistryServer} on a port of its own: asks for a login, fails, hangs, and
 * notes what it is asked. Thread-safe.
 */
public final class RegistryProxy implements AutoCloseable {
  private final HttpServer server;
  private final String scheme;
  private final String target;
  private final HttpClient client = HttpClient.newHttpClient();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private volatile @Nullable String wanted;
  private volatile int failures;
  private volatile int failingStatus = 503;
  private volatile boolean hanging;

  private RegistryProxy(HttpServer server, String scheme, String target) {
    this.server = server;
    this.scheme = scheme;
    this.target = target;
  }

  /** Starts one before a registry. */
  public static RegistryProxy before(RegistryServer registry) {
    try {
      return start(HttpServer.create(anyPort(), 0), "http", registry);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Starts one that speaks TLS only.
   *
   * @param identity with the key and the certificate that it shows
   */
  public static RegistryProxy before(RegistryServer registry, SSLContext identity) {
    try {
      HttpsServer server = HttpsServer.create(anyPort(), 0);
      server.setHttpsConfigurator(new HttpsConfigurator(identity));
      return start(server, "https", registry);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private static RegistryProxy start(HttpServer server, String scheme, RegistryServer registry) {
    RegistryProxy proxy = new RegistryProxy(server, scheme, "http://127.0.0.1:" + registry.port());
    server.setExecutor(proxy.threads);
    server.createContext("/", proxy::answer);
    server.start();
    return proxy;
  }

  /** The URL of the registry's API behind it. */
  public String url() {
    return scheme + "://localhost:" + server.getAddress().getPort() + RegistryServer.path();
  }

  /** Lets only this user through. */
  public void askForLogin(String user, String password) {
    String login = user + ":" + password;
    wanted = "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
  }

  /** Lets only this bearer token through. */
  public void askForToken(String token) {
    wanted = "Bearer " + token;
  }

  /** Answers the next requests with a status of its own. */
  public void fail(int requests, int status) {
    failingStatus = status;
    failures = requests;
  }

  /** Answers nothing any more. */
  public void hang() {
    hanging = true;
  }

  /** The paths that were asked for and let through, below the API's. */
  public List<String> asked() {
    return List.copyOf(asked);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (hanging) {
        Thread.sleep(Long.MAX_VALUE);
      }
      if (failures > 0) {
        failures--;
        send(exchange, failingStatus, "{}".getBytes(StandardCharsets.UTF_8));
        return;
      }
      if (wanted != null
          && !wanted.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
        send(exchange, 401, "{}".getBytes(StandardCharsets.UTF_8));
        return;
      }
      String path = exchange.getRequestURI().toString();
      asked.add(path.replace(RegistryServer.path(), ""));
      HttpResponse<byte[]> response =
          client.send(
              HttpRequest.newBuilder(URI.create(target + path)).build(),
              HttpResponse.BodyHandlers.ofByteArray());
      send(exchange, response.statusCode(), response.body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  /** Refuses connections from now on. */
  @Override
  public void close() {
    threads.shutdownNow();
    server.stop(0);
  }
}
