package io.errata.jobs.telemetry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers {@code GET /metrics}. A port that is taken, by another run for instance, is no failure:
 * one of the next is used, or none.
 */
final class MetricsEndpoint implements AutoCloseable {
  /** So many runs at once find a port. */
  static final int PORTS = 10;

  private static final Logger LOG = LoggerFactory.getLogger(MetricsEndpoint.class);

  private final HttpServer server;
  private final ExecutorService threads;

  private MetricsEndpoint(HttpServer server, Supplier<String> text) {
    this.server = server;
    this.threads =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread thread = new Thread(task, "errata-metrics");
              thread.setDaemon(true);
              return thread;
            });
    server.setExecutor(threads);
    server.createContext("/metrics", exchange -> answer(exchange, text));
    server.start();
  }

  /**
   * Listens.
   *
   * @param first the first port to try
   * @param text what to answer, asked each time
   * @throws IOException where none of the ports can be had
   */
  static MetricsEndpoint open(String host, int first, Supplier<String> text) throws IOException {
    for (int port = first; ; port++) {
      try {
        return new MetricsEndpoint(HttpServer.create(new InetSocketAddress(host, port), 0), text);
      } catch (BindException e) {
        if (port == first + PORTS - 1 || port == 65_535) {
          throw e;
        }
        LOG.debug("Port {} is taken", port);
      }
    }
  }

  private static void answer(HttpExchange exchange, Supplier<String> text) throws IOException {
    try (exchange) {
      if (!exchange.getRequestMethod().equals("GET")
          || !exchange.getRequestURI().getPath().equals("/metrics")) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      byte[] body = text.get().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
      exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
      if (body.length > 0) {
        try (OutputStream out = exchange.getResponseBody()) {
          out.write(body);
        }
      }
    }
  }

  int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
