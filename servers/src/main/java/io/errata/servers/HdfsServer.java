package io.errata.servers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A real HDFS for tests in a process of its own: Hadoop's own mini cluster of a name node and a
 * data node. It ends with {@link #close()}, or else with this JVM, however that ends.
 *
 * <p>Its jars are on no class path of a test: they are taken from the module {@code hdfs}.
 */
public final class HdfsServer implements AutoCloseable {
  private static final int SECONDS_TO_END = 20;

  private final Process process;
  private final String uri;

  private HdfsServer(Process process, String uri) {
    this.process = process;
    this.uri = uri;
  }

  /**
   * Starts one and waits until it takes files.
   *
   * @param folder for its data and what it prints
   * @throws IllegalStateException where it can't be started
   */
  public static HdfsServer start(Path folder) {
    try {
      Files.createDirectories(folder);
      Path log = folder.resolve("log");
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx384m",
                  "-XX:TieredStopAtLevel=1",
                  "-XX:+UseSerialGC",
                  "-cp",
                  jars().resolve("*")
                      + System.getProperty("path.separator")
                      + KafkaServer.ownClasses(),
                  HdfsMain.class.getName(),
                  folder.resolve("data").toString())
              .directory(folder.toFile())
              .redirectError(log.toFile())
              .start();
      BufferedReader printed =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      for (String line = printed.readLine(); line != null; line = printed.readLine()) {
        if (line.startsWith("hdfs://")) {
          return new HdfsServer(process, line);
        }
      }
      throw new IllegalStateException("Cannot start HDFS:\n" + Files.readString(log));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path jars() {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path jars = at.resolve("hdfs/target/lib");
      if (Files.isDirectory(jars)) {
        return jars;
      }
    }
    throw new IllegalStateException("Cannot find Hadoop's jars: build the module hdfs");
  }

  /** The URI of a folder or file in it. */
  public String uri(String path) {
    return uri + "/" + path;
  }

  /** Stops it at once, as a crash would. */
  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor(SECONDS_TO_END, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
