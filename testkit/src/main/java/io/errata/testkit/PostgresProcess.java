package io.errata.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A PostgreSQL with a data folder and a port of its own, which a test can stop at once and start
 * again. Everybody is trusted. It ends with {@link #close()}, or else with the JVM, and its data
 * are deleted. Not thread-safe.
 */
public final class PostgresProcess implements AutoCloseable {
  private static final int SECONDS = 60;

  private final Path programs;
  private final Path data;
  private final List<String> as;
  private final String options;
  private final int port;
  private final Thread atExit = new Thread(this::delete, "stop-postgres");

  private PostgresProcess(Path programs, Path data, List<String> as, int port, String settings) {
    this.programs = programs;
    this.data = data;
    this.as = as;
    this.port = port;
    this.options = "-p " + port + " -h 127.0.0.1 -k " + data + " " + settings;
  }

  /**
   * Makes a database cluster and starts it.
   *
   * @param programs a folder with {@code initdb} and {@code pg_ctl}
   * @param settings of the server, such as {@code fsync=off}
   */
  public static PostgresProcess start(Path programs, String... settings) {
    try {
      Path data = Files.createTempDirectory("errata-postgres");
      List<String> as = as(data);
      StringBuilder options = new StringBuilder();
      for (String setting : settings) {
        options.append(" -c ").append(setting);
      }
      PostgresProcess process =
          new PostgresProcess(programs, data, as, freePort(), options.toString());
      Runtime.getRuntime().addShutdownHook(process.atExit);
      process.run(
          "initdb",
          "-D",
          data.toString(),
          "-U",
          "postgres",
          "-A",
          "trust",
          "--no-sync",
          "-E",
          "UTF8",
          "--locale=C");
      process.start();
      return process;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Makes a replica, which replays what is written here from now on. The server is stopped for as
   * long as its data are copied: the embedded PostgreSQL has no {@code pg_basebackup}.
   *
   * @param settings of the replica, such as {@code fsync=off}
   */
  public PostgresProcess replica(String... settings) {
    try {
      run("pg_ctl", "-D", data.toString(), "-w", "-m", "fast", "stop");
      Path copy = Files.createTempDirectory("errata-postgres-replica");
      try (Stream<Path> files = Files.walk(data)) {
        for (Path file : files.toList()) {
          Files.copy(
              file,
              copy.resolve(data.relativize(file)),
              StandardCopyOption.COPY_ATTRIBUTES,
              StandardCopyOption.REPLACE_EXISTING);
        }
      }
      Files.createFile(copy.resolve("standby.signal"));
      StringBuilder replicaOptions =
          new StringBuilder(
              " -c 'primary_conninfo=host=127.0.0.1 port=" + port + " user=postgres'");
      for (String setting : settings) {
        replicaOptions.append(" -c ").append(setting);
      }
      PostgresProcess replica =
          new PostgresProcess(programs, copy, as, freePort(), replicaOptions.toString());
      Runtime.getRuntime().addShutdownHook(replica.atExit);
      start();
      replica.start();
      return replica;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * PostgreSQL refuses to run as root: one that is installed has a user of its own, the embedded
   * one is run by nobody, in a namespace of its own.
   */
  private static List<String> as(Path data) throws IOException {
    if (!"root".equals(System.getProperty("user.name"))) {
      return List.of();
    }
    if (System.getProperty("errata.test.postgres", "").isEmpty()) {
      return List.of("unshare", "-U");
    }
    Files.setOwner(
        data,
        data.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("postgres"));
    return List.of("runuser", "-u", "postgres", "--");
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  public int port() {
    return port;
  }

  /** Starts it again, on the same port, and waits until it has recovered. */
  public void start() {
    run(
        "pg_ctl",
        "-D",
        data.toString(),
        "-w",
        "-t",
        Integer.toString(SECONDS),
        "-l",
        data.resolve("log").toString(),
        "-o",
        options,
        "start");
  }

  /**
   * Stops it as a power failure would, as far as its processes go: every session is gone, and the
   * next start recovers from the log.
   */
  public void stopAtOnce() {
    run("pg_ctl", "-D", data.toString(), "-w", "-m", "immediate", "stop");
  }

  /** The JDBC URL of a database, without user. */
  public String url(String database) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
  }

  /** Connects as the superuser {@code postgres}. */
  public Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(url(database), "postgres", "");
  }

  private void run(String program, String... arguments) {
    List<String> command = new ArrayList<>(as);
    command.add(programs.resolve(program).toString());
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(Path.of("/").toFile())
            .redirectErrorStream(true)
            // Not a pipe: the server would hold it open.
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
    builder.environment().put("LC_ALL", "C");
    try {
      Process process = builder.start();
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IllegalStateException("Cannot run " + String.join(" ", command));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Cannot wait for " + program, e);
    }
  }

  /** Stops it and deletes its data. */
  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(atExit);
    delete();
  }

  private void delete() {
    if (Files.exists(data.resolve("postmaster.pid"))) {
      try {
        stopAtOnce();
      } catch (IllegalStateException e) {
        System.err.println("Could not stop PostgreSQL: " + e.getMessage());
      }
    }
    try (Stream<Path> files = Files.walk(data)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException e) {
      System.err.println("Could not delete " + data + ": " + e.getMessage());
    }
  }
}
