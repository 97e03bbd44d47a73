package io.errata.servers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real schema registry (Apicurio) in a process of its own, with nothing in it, on a port of its
 * own. It ends with {@link #close()}, or else with this JVM, however that ends. Thread-safe.
 */
public final class RegistryServer implements AutoCloseable {
  private static final int SECONDS = 60;
  private static final Pattern LISTENING = Pattern.compile("Listening on: http://[^:]*:(\\d+)");
  private static final String MEDIA_TYPE = "application/vnd.schemaregistry.v1+json";
  private static @Nullable RegistryServer shared;

  private final Process process;
  private final int port;
  private final Thread atExit;
  private final HttpClient client = HttpClient.newHttpClient();

  private RegistryServer(Process process, int port, Thread atExit) {
    this.process = process;
    this.port = port;
    this.atExit = atExit;
  }

  /** The registry of this JVM, which nobody may stop; subjects tell tests apart. */
  public static synchronized RegistryServer shared() {
    if (shared == null) {
      shared = start();
    }
    return shared;
  }

  /** Starts one and waits until it answers. */
  public static RegistryServer start() {
    Process process;
    try {
      process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx256m",
                  "-XX:TieredStopAtLevel=1",
                  "-XX:+UseSerialGC",
                  "-Dquarkus.http.host=127.0.0.1",
                  "-Dquarkus.http.port=0",
                  "-cp",
                  jar() + System.getProperty("path.separator") + KafkaServer.ownClasses(),
                  RegistryMain.class.getName())
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread atExit = new Thread(process::destroyForcibly, "stop-registry");
    Runtime.getRuntime().addShutdownHook(atExit);
    CompletableFuture<Integer> listening = new CompletableFuture<>();
    Thread output = new Thread(() -> watch(process, listening), "registry-output");
    output.setDaemon(true);
    output.start();
    try {
      return new RegistryServer(process, listening.get(SECONDS, TimeUnit.SECONDS), atExit);
    } catch (ExecutionException | TimeoutException e) {
      process.destroyForcibly();
      throw new IllegalStateException("Cannot start the registry", e);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Cannot wait for the registry", e);
    }
  }

  /** Reads what it prints to its end, so that it never waits for a reader. */
  private static void watch(Process process, CompletableFuture<Integer> listening) {
    StringBuilder printed = new StringBuilder();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Matcher port = LISTENING.matcher(line);
        if (port.find()) {
          listening.complete(Integer.parseInt(port.group(1)));
        }
        if (!listening.isDone()) {
          printed.append(line).append('\n');
        }
      }
    } catch (IOException e) {
      printed.append(e);
    }
    listening.completeExceptionally(new IllegalStateException("It ended:\n" + printed));
  }

  /** What the module {@code registry} has unpacked. */
  private static Path jar() {
    String named = System.getProperty("errata.registry", "");
    if (!named.isEmpty()) {
      return runner(Path.of(named));
    }
    for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
      Path unpacked = folder.resolve("registry/target/apicurio");
      if (Files.isDirectory(unpacked)) {
        return runner(unpacked);
      }
    }
    throw new IllegalStateException(
        "Cannot find the registry: build the module registry first, such as by"
            + " mvn generate-resources -pl registry");
  }

  private static Path runner(Path unpacked) {
    try (Stream<Path> files = Files.list(unpacked)) {
      return files
          .filter(file -> file.getFileName().toString().endsWith("-runner.jar"))
          .findFirst()
          .orElseThrow(() -> new IllegalStateException("No runner in " + unpacked));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int port() {
    return port;
  }

  /** The URL of its API. */
  public String url() {
    return "http://127.0.0.1:" + port + path();
  }

  /** What comes behind host and port in {@link #url()}. */
  public static String path() {
    return "/apis/ccompat/v7";
  }

  /**
   * Registers a schema in Avro as the next version of a subject, whatever the versions before.
   *
   * @return its id
   */
  public int register(String subject, String avro) {
    return registerDocument(subject, "{\"schema\":" + quoted(avro) + "}");
  }

  /**
   * Registers what the API takes.
   *
   * @param document JSON with {@code schema}, and {@code schemaType} and {@code references} where
   *     they are wanted
   * @return its id
   */
  public int registerDocument(String subject, String document) {
    String encoded = URLEncoder.encode(subject, StandardCharsets.UTF_8).replace("+", "%20");
    String answer = post("/subjects/" + encoded + "/versions", document);
    Matcher id = Pattern.compile("\"id\":(\\d+)").matcher(answer);
    if (!id.find()) {
      throw new IllegalStateException("Cannot register a version of " + subject + ": " + answer);
    }
    return Integer.parseInt(id.group(1));
  }

  /** A JSON string. */
  public static String quoted(String text) {
    return "\""
        + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n").replace("\t", "\\t")
        + "\"";
  }

  private String post(String path, String body) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url() + path))
            .header("Content-Type", MEDIA_TYPE)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Cannot wait for the registry", e);
    }
  }

  /** Stops it at once, as a crash would. */
  @Override
  public void close() {
    process.destroyForcibly();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
      process.waitFor(SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
