package io.errata.testkit;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a PostgreSQL server that a test can halt at a statement. It listens on a port of
 * its own on the loopback, understands as much of the protocol (PostgreSQL manual, chapter 54) as
 * it takes to tell one message from the next, and changes none of them. Thread-safe.
 */
public final class PostgresProxy implements AutoCloseable {
  private static final int SSL_REQUEST = 80877103;
  private static final int GSS_REQUEST = 80877104;

  /** Where in the life of a statement a connection is halted. */
  public enum Moment {
    /** The client has sent it, the server hasn't got it. */
    REQUEST,
    /** The server has got half of the data that the client sends with it. */
    DATA_IN,
    /** The server is done with it, the client doesn't know. */
    ANSWER,
    /** The client has got half of the first piece of data that the statement gives. */
    DATA_OUT
  }

  private final ServerSocket listener;
  private final int target;
  private final Set<Link> links = ConcurrentHashMap.newKeySet();
  private volatile @Nullable Halt armed;
  private volatile boolean refusing;

  private PostgresProxy(int target) throws IOException {
    this.target = target;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  /** Starts a proxy to a port of this machine. */
  public static PostgresProxy to(int port) {
    try {
      PostgresProxy proxy = new PostgresProxy(port);
      start("accept", proxy::accept);
      return proxy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** The JDBC URL of a database behind the proxy, without user. */
  public String url(String database) {
    return "jdbc:postgresql://127.0.0.1:" + port() + "/" + database;
  }

  /**
   * Halts the connection whose client is the first to send a statement that begins with a text. One
   * halt at a time: this takes the place of one that was not reached.
   */
  public Halt haltAt(String statement, Moment moment) {
    return haltAt(statement, moment, 1);
  }

  /**
   * As {@link #haltAt(String, Moment)}, at the n-th such statement of all connections.
   *
   * @param nth from 1
   */
  public Halt haltAt(String statement, Moment moment, int nth) {
    Halt halt = new Halt(statement, moment, nth);
    armed = halt;
    return halt;
  }

  /** Lets no new connection through until {@link #restore()}. */
  public void refuse() {
    refusing = true;
  }

  /** Lets new connections through again. */
  public void restore() {
    refusing = false;
  }

  /** Cuts all connections that are open, also those that are half open. */
  public void cut() {
    links.forEach(Link::cut);
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      cut();
    }
  }

  /** A place where a connection stops until the test decides how it goes on. */
  public static final class Halt {
    private enum Decision {
      PASS,
      CUT,
      ABANDON,
      SWALLOW
    }

    private final String statement;
    private final Moment moment;
    private final AtomicInteger left;
    private final CompletableFuture<Boolean> reached = new CompletableFuture<>();
    private final CompletableFuture<Decision> decision = new CompletableFuture<>();

    private Halt(String statement, Moment moment, int nth) {
      this.statement = statement;
      this.moment = moment;
      this.left = new AtomicInteger(nth);
    }

    private boolean concerns(String sent) {
      return sent.startsWith(statement) && left.decrementAndGet() == 0;
    }

    /** Whether a connection has come here, waiting for that as long as said. */
    public boolean await(Duration limit) {
      try {
        return reached.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        return false;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      } catch (ExecutionException e) {
        throw new IllegalStateException(e);
      }
    }

    /** Goes on as if nothing had been; what the client has sent arrives even where it is gone. */
    public void pass() {
      decision.complete(Decision.PASS);
    }

    /** Loses what was held back, and tells both sides that the connection is closed. */
    public void cut() {
      decision.complete(Decision.CUT);
    }

    /**
     * As {@link #cut}, but the server is not told, and goes on to wait for the client until the
     * proxy is closed.
     */
    public void abandon() {
      decision.complete(Decision.ABANDON);
    }

    /**
     * Loses what was held back and all that follows, and tells neither side, as a network does that
     * is gone.
     */
    public void swallow() {
      decision.complete(Decision.SWALLOW);
    }

    private Decision halt() {
      reached.complete(true);
      return decision.join();
    }
  }

  private static void start(String name, Runnable task) {
    Thread thread = new Thread(task, "postgres-proxy-" + name);
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        if (refusing) {
          client.close();
          continue;
        }
        Link link;
        try {
          link = new Link(client, new Socket(InetAddress.getLoopbackAddress(), target));
        } catch (IOException e) {
          // The server is down: the client is to learn that, too.
          client.close();
          continue;
        }
        links.add(link);
        start("request", link::passRequests);
        start("answer", link::passAnswers);
      } catch (IOException e) {
        // Closed, or a client that went away: the next one may come.
        continue;
      }
    }
  }

  /** One client's connection and the server's that belongs to it. */
  private final class Link {
    private final Socket client;
    private final Socket server;

    /** Answers of one byte that are still to come, before there are messages. */
    private final AtomicInteger bare = new AtomicInteger();

    private volatile boolean swallowing;
    private volatile @Nullable Halt atAnswer;

    Link(Socket client, Socket server) throws IOException {
      this.client = client;
      this.server = server;
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
    }

    void cut() {
      links.remove(this);
      close(client);
      close(server);
    }

    /** Where one side has closed, so does the other, unless nobody is to learn of anything. */
    private void end() {
      if (!swallowing) {
        cut();
      }
    }

    private static void close(Socket socket) {
      try {
        socket.close();
      } catch (IOException e) {
        // It is gone already.
        return;
      }
    }

    /**
     * @return whether the connection goes on
     */
    private boolean goesOn(Halt halt) {
      switch (halt.halt()) {
        case PASS -> {
          return true;
        }
        case CUT -> {
          cut();
          return false;
        }
        case ABANDON -> {
          swallowing = true;
          close(client);
          return false;
        }
        case SWALLOW -> {
          swallowing = true;
          return false;
        }
      }
      throw new IllegalStateException();
    }

    void passRequests() {
      String statement = "";
      try {
        DataInputStream in = new DataInputStream(new BufferedInputStream(client.getInputStream()));
        OutputStream out = server.getOutputStream();
        while (startUp(in, out)) {
          // Goes on with the packet that follows.
          continue;
        }
        Halt inData = null;
        while (true) {
          byte[] message = message(read(in), in);
          char type = (char) message[0];
          if (type == 'P' || type == 'Q') {
            statement = statement(message);
            Halt halt = armed;
            inData = null;
            if (halt != null && halt.concerns(statement)) {
              armed = null;
              switch (halt.moment) {
                case REQUEST -> {
                  if (!goesOn(halt)) {
                    return;
                  }
                }
                case DATA_IN -> inData = halt;
                case ANSWER, DATA_OUT -> atAnswer = halt;
              }
            }
          }
          if (type == 'd' && inData != null) {
            int half = message.length / 2;
            out.write(message, 0, half);
            if (!goesOn(inData)) {
              return;
            }
            inData = null;
            out.write(message, half, message.length - half);
          } else {
            out.write(message);
          }
        }
      } catch (IOException e) {
        // One side is gone.
        end();
      }
    }

    void passAnswers() {
      try {
        DataInputStream in = new DataInputStream(new BufferedInputStream(server.getInputStream()));
        OutputStream out = client.getOutputStream();
        List<byte[]> held = new ArrayList<>();
        while (true) {
          byte type = read(in);
          byte[] message;
          if (bare.get() > 0) {
            bare.decrementAndGet();
            message = new byte[] {type};
          } else {
            message = message(type, in);
          }
          if (swallowing) {
            continue;
          }
          Halt halt = atAnswer;
          if (halt == null) {
            out.write(message);
          } else if (halt.moment == Moment.ANSWER) {
            held.add(message);
            if (message[0] == 'Z') {
              atAnswer = null;
              if (!goesOn(halt)) {
                return;
              }
              for (byte[] one : held) {
                out.write(one);
              }
              held.clear();
            }
          } else if (message[0] == 'd' || message[0] == 'D') {
            atAnswer = null;
            int half = message.length / 2;
            out.write(message, 0, half);
            if (!goesOn(halt)) {
              return;
            }
            out.write(message, half, message.length - half);
          } else {
            out.write(message);
          }
        }
      } catch (IOException e) {
        // One side is gone.
        end();
      }
    }

    /**
     * Passes a packet of the time before there are messages.
     *
     * @return whether it was a question that is answered with one byte, and another packet follows
     */
    private boolean startUp(DataInputStream in, OutputStream out) throws IOException {
      int length = in.readInt();
      byte[] packet = ByteBuffer.allocate(length).putInt(length).array();
      in.readFully(packet, 4, length - 4);
      int code = ByteBuffer.wrap(packet).getInt(4);
      boolean question = code == SSL_REQUEST || code == GSS_REQUEST;
      if (question) {
        bare.incrementAndGet();
      }
      out.write(packet);
      return question;
    }

    private static byte[] message(byte type, DataInputStream in) throws IOException {
      int length = in.readInt();
      byte[] message = ByteBuffer.allocate(1 + length).put(type).putInt(length).array();
      in.readFully(message, 5, length - 4);
      return message;
    }

    private static byte read(DataInputStream in) throws IOException {
      int type = in.read();
      if (type < 0) {
        throw new EOFException();
      }
      return (byte) type;
    }

    /** The text of a Parse or Query message; the first of the two begins with a name. */
    private static String statement(byte[] message) {
      int from = 5;
      if (message[0] == 'P') {
        while (message[from] != 0) {
          from++;
        }
        from++;
      }
      ByteArrayOutputStream text = new ByteArrayOutputStream();
      for (int i = from; message[i] != 0; i++) {
        text.write(message[i]);
      }
      return text.toString(StandardCharsets.UTF_8);
    }
  }
}
