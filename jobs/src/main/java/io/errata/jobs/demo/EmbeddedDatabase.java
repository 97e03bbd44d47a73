package io.errata.jobs.demo;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.Secret;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A use of the PostgreSQL in a folder. The server runs as long as any process uses it: the first
 * starts it, the last stops it, and one that a killed process left running is taken over by the
 * next. Thread-safe.
 */
public final class EmbeddedDatabase implements AutoCloseable {
  /** What to do without it, for messages. */
  static final String INSTEAD =
      "To run the demo on a database of yours, give the JDBC URL of an empty one in ERRATA_DEMO_JDBC.";

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedDatabase.class);

  /** How long a process that ends lets its other threads close what they use. */
  private static final long HOOK_SECONDS = 2;

  private static final Map<Path, Server> SERVERS = new LinkedHashMap<>();
  private static @Nullable Thread hook;

  private final Server server;
  private boolean closed;

  private EmbeddedDatabase(Server server) {
    this.server = server;
  }

  /**
   * Opens the database of a folder, and starts its server where it doesn't run.
   *
   * @throws ErrataException INVALID_SPEC where there is none; UNAVAILABLE where it can't be started
   */
  public static EmbeddedDatabase open(Path folder) {
    return open(folder, Start.EXISTING);
  }

  /**
   * Makes a new database in a folder, in place of what was there, and starts its server.
   *
   * @throws ErrataException UNAVAILABLE where another process uses it, or where it can't be started
   */
  static EmbeddedDatabase create(Path folder) {
    return open(folder, Start.NEW);
  }

  private enum Start {
    EXISTING,
    NEW
  }

  private static EmbeddedDatabase open(Path folder, Start start) {
    Path path = folder.toAbsolutePath().normalize();
    synchronized (SERVERS) {
      Server server = SERVERS.get(path);
      if (server == null) {
        addHook();
        server = Server.enter(path, start);
        SERVERS.put(path, server);
      } else if (start == Start.NEW) {
        throw inUse(path);
      }
      server.users++;
      return new EmbeddedDatabase(server);
    }
  }

  /** The JDBC URL: another port each time that the server is started. */
  public String url() {
    return server.url;
  }

  /** The owner of everything in it. */
  public String user() {
    return PostgresServer.USER;
  }

  /** The user's password. */
  public Secret password() {
    return server.password;
  }

  @Override
  public void close() {
    synchronized (SERVERS) {
      if (closed) {
        return;
      }
      closed = true;
      server.users--;
      if (server.users == 0 && SERVERS.remove(server.folder, server)) {
        server.leave();
      }
      SERVERS.notifyAll();
    }
  }

  private static void addHook() {
    if (hook == null) {
      hook = new Thread(EmbeddedDatabase::leaveAll, "errata-embedded-database");
      Runtime.getRuntime().addShutdownHook(hook);
    }
  }

  /** When the process ends without having closed everything, as after Ctrl-C. */
  private static void leaveAll() {
    synchronized (SERVERS) {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(HOOK_SECONDS);
      try {
        // What is under way is being closed by others: an apply that is cut off would not know its
        // outcome.
        while (!SERVERS.isEmpty() && System.nanoTime() < end) {
          TimeUnit.NANOSECONDS.timedWait(SERVERS, Math.max(1_000_000, end - System.nanoTime()));
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      List<Server> left = new ArrayList<>(SERVERS.values());
      SERVERS.clear();
      left.forEach(Server::leave);
    }
  }

  private static ErrataException inUse(Path folder) {
    return new ErrataException(
        ErrorCode.UNAVAILABLE,
        "Cannot make the database in " + folder + " anew: another errata command uses it",
        "Wait until that has ended, or choose another folder with --dir.");
  }

  /** The server of one folder, as far as this process uses it. */
  private static final class Server {
    // Two bytes of one file: the first is held while somebody starts or stops the server, the
    // second, shared, by its users.
    private static final long DOOR = 0;
    private static final long USE = 1;

    private final Path folder;
    private final PostgresServer postgres;
    private final FileChannel locks;
    private final FileLock use;
    private final String url;
    private final Secret password;
    private int users;

    private Server(
        Path folder, PostgresServer postgres, FileChannel locks, FileLock use, String url) {
      this.folder = folder;
      this.postgres = postgres;
      this.locks = locks;
      this.use = use;
      this.url = url;
      this.password = Secret.of(postgres.password());
    }

    static Server enter(Path folder, Start start) {
      PostgresServer postgres = new PostgresServer(folder);
      if (start == Start.EXISTING && !postgres.exists()) {
        throw new ErrataException(
            ErrorCode.INVALID_SPEC,
            "Cannot open the embedded database: " + folder + " (there is none)",
            "errata demo makes one; or give a URL that begins with jdbc:postgresql: in table.jdbc.url.");
      }
      FileChannel locks = null;
      try {
        Files.createDirectories(folder);
        locks =
            FileChannel.open(
                folder.resolve("lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        try (FileLock door = locks.lock(DOOR, 1, false)) {
          LOG.debug("Entering {} by {}", folder, door);
          if (start == Start.NEW) {
            FileLock alone = locks.tryLock(USE, 1, false);
            if (alone == null) {
              throw inUse(folder);
            }
            // One that a killed process has left.
            postgres.stop();
            postgres.create();
            alone.release();
          }
          postgres.start();
          FileLock use = locks.lock(USE, 1, true);
          return new Server(folder, postgres, locks, use, postgres.url().orElseThrow());
        }
      } catch (IOException e) {
        closeQuietly(locks);
        throw new ErrataException(
            ErrorCode.UNAVAILABLE,
            "Cannot use the embedded database in " + folder + ": " + e.getMessage(),
            "Choose a folder that can be written. " + INSTEAD,
            e);
      } catch (RuntimeException e) {
        closeQuietly(locks);
        throw e;
      }
    }

    void leave() {
      try (FileLock door = locks.lock(DOOR, 1, false)) {
        LOG.debug("Leaving {} by {}", folder, door);
        use.release();
        FileLock alone = locks.tryLock(USE, 1, false);
        if (alone != null) {
          postgres.stop();
          alone.release();
        }
      } catch (IOException e) {
        LOG.warn(
            "Cannot tell whether others use the database in {}; it is left running", folder, e);
      } finally {
        closeQuietly(locks);
      }
    }

    private static void closeQuietly(@Nullable FileChannel channel) {
      try {
        if (channel != null) {
          channel.close();
        }
      } catch (IOException e) {
        LOG.debug("Cannot close a lock", e);
      }
    }
  }
}
