package io.errata.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A real OpenTelemetry collector in a process of its own, which takes OTLP over HTTP at a port of
 * the loopback address and writes what it is sent to a file. It ends with {@link #close()}, or else
 * with this JVM. Thread-safe.
 */
public final class CollectorServer implements AutoCloseable {
  private static final BuiltServers BUILT =
      new BuiltServers("servers/build-otel-collector.sh", "ERRATA_COLLECTOR");

  private final NativeServer server;
  private final int port;
  private final Path received;

  private CollectorServer(NativeServer server, int port, Path received) {
    this.server = server;
    this.port = port;
    this.received = received;
  }

  /**
   * The folder of its program. Where {@code ERRATA_COLLECTOR} is {@code required}, it is built if
   * need be.
   *
   * @return empty where it isn't built
   * @throws IllegalStateException where it is required and can't be built
   */
  public static Optional<Path> programs() {
    return BUILT.find();
  }

  /**
   * Starts one.
   *
   * @param programs as {@link #programs()} has found them
   * @param folder for what it receives and prints
   */
  public static CollectorServer start(Path programs, Path folder) {
    try {
      Files.createDirectories(folder);
      int port = FreePorts.find(1)[0];
      Path received = folder.resolve("received.jsonl");
      Path settings =
          Files.writeString(
              folder.resolve("collector.yaml"),
              """
              receivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:%d" } } } }
              exporters: { file: { path: "%s" } }
              service:
                telemetry: { metrics: { level: none } }
                pipelines: { traces: { receivers: [otlp], exporters: [file] } }
              """
                  .formatted(port, received));
      NativeServer server =
          NativeServer.start(
              List.of(programs.resolve("otelcol").toString(), "--config=file:" + settings),
              Map.of(),
              port,
              folder.resolve("log"));
      return new CollectorServer(server, port, received);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int port() {
    return port;
  }

  /** The file of what it was sent: a line of OTLP in JSON for each request, a while after it. */
  public Path received() {
    return received;
  }

  @Override
  public void close() {
    server.close();
  }
}
