package io.errata.jobs.demo;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;

/**
 * A PostgreSQL that keeps its programs, its data and its password in one folder. Knows nothing of
 * who uses it. Not thread-safe.
 */
final class PostgresServer {
  static final String USER = "postgres";

  private static final int START_SECONDS = 60;
  private static final int STOP_SECONDS = 20;

  private final Path programs;
  private final Path data;
  private final Path passwordFile;
  private final Path log;

  PostgresServer(Path folder) {
    this.programs = folder.resolve("server");
    this.data = folder.resolve("data");
    this.passwordFile = folder.resolve("password");
    this.log = folder.resolve("server.log");
  }

  /** Whether there is a database in the folder, running or not. */
  boolean exists() {
    // The last thing that initdb does comes after this file; so the password, written before, is
    // there as well.
    return Files.exists(data.resolve("PG_VERSION")) && Files.exists(passwordFile);
  }

  /** Makes a new database in place of what was there. It must not run. */
  void create() {
    PostgresBinaries.unpack(programs);
    Path unfinished = data.resolveSibling("data.new");
    try {
      FileTrees.delete(data);
      FileTrees.delete(unfinished);
      Files.deleteIfExists(passwordFile);
      byte[] random = new byte[24];
      new SecureRandom().nextBytes(random);
      Files.createFile(
          passwordFile,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(passwordFile, HexFormat.of().formatHex(random));
      run(
          "make its database",
          "initdb",
          "-D",
          unfinished.toString(),
          "-U",
          USER,
          // Other users of the machine reach the port as well.
          "--auth=scram-sha-256",
          "--pwfile=" + passwordFile,
          "--encoding=UTF8",
          "--locale=C",
          // The demo's data is generated: it can be made again.
          "--no-sync");
      Files.move(unfinished, data);
    } catch (IOException e) {
      throw new ErrataException(
          ErrorCode.UNAVAILABLE,
          "Cannot make a database in " + data + ": " + e.getMessage(),
          "Make room, or choose another folder. " + EmbeddedDatabase.INSTEAD,
          e);
    }
  }

  /** Starts it, unless it runs already. */
  void start() {
    if (awaitReady()) {
      return;
    }
    PostgresBinaries.unpack(programs);
    forgetStalePid();
    run(
        "start",
        "pg_ctl",
        "start",
        "-D",
        data.toString(),
        "-l",
        log.toString(),
        "-w",
        "-t",
        Integer.toString(START_SECONDS),
        "-o",
        "-p "
            + freePort()
            + " -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
            + " -c synchronous_commit=off -c full_page_writes=off -c max_wal_size=2GB"
            + " -c timezone=UTC -c log_timezone=UTC");
    if (port().isEmpty()) {
      throw failed("start", "it doesn't answer", null);
    }
  }

  /**
   * Whether it runs: one that a killed process has left may still be starting, or replaying its
   * log.
   */
  private boolean awaitReady() {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (process().isPresent() && System.nanoTime() < end) {
      if (port().isPresent()) {
        return true;
      }
      try {
        TimeUnit.MILLISECONDS.sleep(50);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return false;
  }

  /** Stops it, where it runs; what is under way in it is rolled back. */
  void stop() {
    Optional<ProcessHandle> process = process();
    if (process.isEmpty()) {
      return;
    }
    // Fast, then at once, then by force: whatever happens, no process stays.
    for (String signal : List.of("-INT", "-QUIT", "-KILL")) {
      try {
        new ProcessBuilder("kill", signal, Long.toString(process.get().pid()))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor();
        if (awaitEnd(process.get())) {
          return;
        }
      } catch (IOException e) {
        process.get().destroy();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /** The pid file goes last. The process itself may stay as a zombie, where nobody reaps it. */
  private boolean awaitEnd(ProcessHandle process) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_SECONDS);
    while (System.nanoTime() < end) {
      if (!Files.exists(pidFile()) || !isOurs(process)) {
        return true;
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
    return false;
  }

  String password() {
    try {
      return Files.readString(passwordFile).strip();
    } catch (IOException e) {
      throw failed("open", "its password can't be read: " + e.getMessage(), e);
    }
  }

  /** Where it runs: empty where it doesn't, or where what runs is not this database. */
  Optional<String> url() {
    return port().map(port -> "jdbc:postgresql://127.0.0.1:" + port + "/postgres");
  }

  private Optional<Integer> port() {
    List<String> lines = pidLines();
    if (lines.size() < 4 || process().isEmpty() || !Files.exists(passwordFile)) {
      return Optional.empty();
    }
    Properties properties = new Properties();
    properties.setProperty("user", USER);
    properties.setProperty("password", password());
    properties.setProperty("connectTimeout", "5");
    properties.setProperty("loginTimeout", "5");
    String port = lines.get(3).strip();
    try (Connection connection =
            new Driver().connect("jdbc:postgresql://127.0.0.1:" + port + "/postgres", properties);
        Statement statement = connection.createStatement()) {
      statement.execute("select 1");
      return Optional.of(Integer.valueOf(port));
    } catch (SQLException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  /**
   * PostgreSQL takes a pid file for its own where any process has that number; after a kill -9 that
   * may be another.
   */
  private void forgetStalePid() {
    if (process().isEmpty()) {
      try {
        Files.deleteIfExists(pidFile());
      } catch (IOException e) {
        throw failed("start", "postmaster.pid can't be deleted: " + e.getMessage(), e);
      }
    }
  }

  /** The server, where it runs. */
  private Optional<ProcessHandle> process() {
    OptionalLong pid = pid();
    return pid.isEmpty()
        ? Optional.empty()
        : ProcessHandle.of(pid.getAsLong()).filter(this::isOurs);
  }

  /** Each folder has programs of its own, so that a process can't be the server of another. */
  private boolean isOurs(ProcessHandle process) {
    return process.isAlive()
        && process
            .info()
            .command()
            .filter(
                command -> {
                  try {
                    return Files.isSameFile(Path.of(command), programs.resolve("bin/postgres"));
                  } catch (IOException | InvalidPathException e) {
                    return false;
                  }
                })
            .isPresent();
  }

  private Path pidFile() {
    return data.resolve("postmaster.pid");
  }

  private OptionalLong pid() {
    List<String> lines = pidLines();
    try {
      return lines.isEmpty()
          ? OptionalLong.empty()
          : OptionalLong.of(Long.parseLong(lines.get(0).strip()));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  private List<String> pidLines() {
    try {
      return Files.readAllLines(pidFile());
    } catch (IOException e) {
      return List.of();
    }
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw failed("start", "no port is free: " + e.getMessage(), e);
    }
  }

  /**
   * Runs one of PostgreSQL's programs. Its output goes to a file: the server would hold a pipe
   * open.
   */
  private void run(String doing, String program, String... arguments) {
    List<String> command = new ArrayList<>();
    if (isRoot()) {
      // PostgreSQL refuses to run as root; in a user namespace of its own it is nobody.
      requireNamespaces();
      command.addAll(List.of("unshare", "-U"));
    }
    command.add(programs.resolve("bin").resolve(program).toString());
    command.addAll(List.of(arguments));
    Path output = log.resolveSibling(program + ".log");
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(output.toFile());
    // What the person has set for other databases.
    builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
    builder.environment().put("LC_ALL", "C");
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      throw failed(doing, String.valueOf(e.getMessage()), e);
    }
    try {
      if (process.waitFor() != 0) {
        throw failed(doing, tail(output) + " (see " + log + ")", null);
      }
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new ErrataException(
          ErrorCode.CANCELLED,
          "Cannot " + doing + " the embedded PostgreSQL: it was stopped",
          "Try again.",
          e);
    }
  }

  private boolean isRoot() {
    try {
      Path created = Files.createDirectories(log.resolveSibling("server"));
      Path probe = Files.createTempFile(created, "who", "");
      try {
        return Integer.valueOf(0).equals(Files.getAttribute(probe, "unix:uid"));
      } finally {
        Files.delete(probe);
      }
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  private static void requireNamespaces() {
    try {
      Process probe =
          new ProcessBuilder("unshare", "-U", "true")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (probe.waitFor() == 0) {
        return;
      }
    } catch (IOException e) {
      throw withoutNamespaces(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw withoutNamespaces(null);
  }

  private static ErrataException withoutNamespaces(@Nullable Throwable cause) {
    return new ErrataException(
        ErrorCode.UNAVAILABLE,
        "Cannot start the embedded PostgreSQL as root: this machine forbids user namespaces (unshare -U)",
        "Run errata as another user. " + EmbeddedDatabase.INSTEAD,
        cause);
  }

  private static String tail(Path file) {
    try {
      List<String> lines =
          Files.readAllLines(file, StandardCharsets.UTF_8).stream()
              .filter(l -> !l.isBlank())
              .toList();
      return String.join("; ", lines.subList(Math.max(0, lines.size() - 3), lines.size()));
    } catch (IOException e) {
      return "it failed";
    }
  }

  private static ErrataException failed(String doing, String reason, @Nullable Throwable cause) {
    return new ErrataException(
        ErrorCode.UNAVAILABLE,
        "Cannot " + doing + " the embedded PostgreSQL: " + reason,
        "Try again. " + EmbeddedDatabase.INSTEAD,
        cause);
  }
}
