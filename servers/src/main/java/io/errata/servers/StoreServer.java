package io.errata.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A real object store in a process of its own, with one empty bucket, on a port of the loopback
 * address. It ends with {@link #close()}, or else with this JVM. Thread-safe.
 */
public final class StoreServer implements AutoCloseable {
  /** The name of the bucket. */
  public static final String BUCKET = "events";

  private static final BuiltServers BUILT =
      new BuiltServers("servers/build-store-servers.sh", "ERRATA_STORE_SERVERS");

  private final NativeServer server;
  private final Kind kind;
  private final int port;

  /** Which store it is. */
  public enum Kind {
    /** MinIO. */
    S3("s3"),
    /** fake-gcs-server. */
    GCS("gs");

    private final String scheme;

    Kind(String scheme) {
      this.scheme = scheme;
    }

    /** The scheme of its paths. */
    public String scheme() {
      return scheme;
    }
  }

  private StoreServer(NativeServer server, Kind kind, int port) {
    this.server = server;
    this.kind = kind;
    this.port = port;
  }

  /**
   * The folder of the servers' programs. Where {@code ERRATA_STORE_SERVERS} is {@code required},
   * they are built if need be.
   *
   * @return empty where they aren't built
   * @throws IllegalStateException where they are required and can't be built
   */
  public static Optional<Path> programs() {
    return BUILT.find();
  }

  /**
   * Starts one.
   *
   * @param programs as {@link #programs()} has found them
   * @param folder for its data and what it prints
   */
  public static StoreServer start(Kind kind, Path programs, Path folder) {
    try {
      Files.createDirectories(folder.resolve("data").resolve(BUCKET));
      int port = FreePorts.find(1)[0];
      String address = "127.0.0.1:" + port;
      Path log = folder.resolve("log");
      NativeServer server =
          kind == Kind.S3
              ? NativeServer.start(
                  List.of(
                      programs.resolve("minio").toString(),
                      "server",
                      folder.resolve("data").toString(),
                      "--address",
                      address),
                  Map.of(
                      "MINIO_ROOT_USER",
                      user(),
                      "MINIO_ROOT_PASSWORD",
                      password(),
                      "MINIO_BROWSER",
                      "off",
                      "MINIO_UPDATE",
                      "off"),
                  port,
                  log)
              : NativeServer.start(
                  List.of(
                      programs.resolve("fake-gcs-server").toString(),
                      "-scheme",
                      "http",
                      "-host",
                      "127.0.0.1",
                      "-port",
                      Integer.toString(port),
                      "-backend",
                      "memory",
                      "-public-host",
                      address,
                      "-external-url",
                      "http://" + address),
                  Map.of(),
                  port,
                  log);
      StoreServer started = new StoreServer(server, kind, port);
      if (kind == Kind.GCS) {
        started.makeBucket();
      }
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void makeBucket() {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/storage/v1/b?project=x"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("{\"name\":\"" + BUCKET + "\"}"))
            .build();
    try {
      HttpResponse<String> answer =
          HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new IllegalStateException("Cannot make a bucket: " + answer.body());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Whom MinIO knows. */
  public static String user() {
    return "errata-test";
  }

  /** By what MinIO knows {@link #user()}. */
  public static String password() {
    return "errata-test-password";
  }

  public Kind kind() {
    return kind;
  }

  public int port() {
    return port;
  }

  /** The URI of a folder or file in the bucket. */
  public String uri(String path) {
    return kind.scheme() + "://" + BUCKET + "/" + path;
  }

  /**
   * The variables of the environment by which a program reaches it.
   *
   * @param at its port, or that of whoever stands before it
   */
  public Map<String, String> environment(int at) {
    return kind == Kind.S3
        ? Map.of(
            "AWS_ENDPOINT_URL",
            "http://127.0.0.1:" + at,
            "AWS_ACCESS_KEY_ID",
            user(),
            "AWS_SECRET_ACCESS_KEY",
            password(),
            "AWS_EC2_METADATA_DISABLED",
            "true")
        : Map.of("STORAGE_EMULATOR_HOST", "127.0.0.1:" + at);
  }

  @Override
  public void close() {
    server.close();
  }
}
