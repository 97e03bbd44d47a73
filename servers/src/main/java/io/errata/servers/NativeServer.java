package io.errata.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A server that is no Java program, in a process of its own, which ends with {@link #close()} or
 * else with this JVM, however that ends.
 */
final class NativeServer implements AutoCloseable {
  private static final int SECONDS = 60;
  private static final int LOOK_AGAIN_MILLIS = 20;

  /** Its standard input is a pipe to this JVM, which ends with it. */
  private static final String WATCH = "\"$@\" & server=$!; cat >/dev/null; kill -9 $server; wait";

  private final Process shell;

  private NativeServer(Process shell) {
    this.shell = shell;
  }

  /**
   * Starts one and waits until it takes connections.
   *
   * @param port of the loopback address at which it listens
   * @param log where all goes that it prints
   */
  static NativeServer start(
      List<String> command, Map<String, String> environment, int port, Path log) {
    List<String> all = new ArrayList<>(List.of("sh", "-c", WATCH, "sh"));
    all.addAll(command);
    ProcessBuilder builder =
        new ProcessBuilder(all).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    try {
      NativeServer server = new NativeServer(builder.start());
      server.await(port, log);
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void await(int port, Path log) throws IOException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (true) {
      try (Socket connected = new Socket(InetAddress.getLoopbackAddress(), port)) {
        return;
      } catch (IOException e) {
        if (System.nanoTime() > end) {
          close();
          throw new IllegalStateException("It doesn't answer:\n" + Files.readString(log), e);
        }
      }
      try {
        // There is nothing to wait for but its port.
        TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
      } catch (InterruptedException e) {
        close();
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }

  /** Stops it at once, as a crash would. */
  @Override
  public void close() {
    try {
      shell.getOutputStream().close();
      if (!shell.waitFor(SECONDS, TimeUnit.SECONDS)) {
        shell.descendants().forEach(ProcessHandle::destroyForcibly);
        shell.destroyForcibly();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      shell.descendants().forEach(ProcessHandle::destroyForcibly);
      shell.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
