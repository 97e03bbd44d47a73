package io.errata.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/**
 * A connection to a server that can be cut where a test wants it. It listens on a port of its own
 * on the loopback.
 */
public final class TcpProxy implements AutoCloseable {
  /** What is lost when the client sends what the proxy waits for. */
  public enum Cut {
    /** The request: the server never hears of it. */
    REQUEST,
    /** The answer: the server does what it was told, and the client doesn't learn of it. */
    ANSWER
  }

  private record Trap(byte[] request, Cut cut) {}

  private final ServerSocket listener;
  private final int target;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final CountDownLatch sprung = new CountDownLatch(1);
  private volatile Trap trap = new Trap(new byte[0], Cut.REQUEST);
  private volatile boolean refusing;
  private volatile boolean staysDown;

  private TcpProxy(int target) throws IOException {
    this.target = target;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  /** Starts a proxy to a port of this machine. */
  public static TcpProxy to(int port) {
    try {
      TcpProxy proxy = new TcpProxy(port);
      proxy.start("accept", proxy::accept);
      return proxy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int port() {
    return listener.getLocalPort();
  }

  /**
   * Cuts all connections, once, when a client sends this text and a zero byte behind it, as
   * PostgreSQL's protocol does.
   */
  public void cutAt(String request, Cut cut) {
    trap = new Trap((request + "\0").getBytes(StandardCharsets.UTF_8), cut);
  }

  /** After the cut, no new connection comes through until {@link #restore()}. */
  public void stayDown() {
    staysDown = true;
  }

  /** Lets new connections through again. */
  public void restore() {
    refusing = false;
  }

  /** Waits until the cut has happened. */
  public void awaitCut() throws InterruptedException {
    sprung.await();
  }

  private void start(String name, Runnable task) {
    Thread thread = new Thread(task, "tcp-proxy-" + name);
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
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
        sockets.add(client);
        sockets.add(server);
        start("request", () -> pump(client, server, true));
        start("answer", () -> pump(server, client, false));
      } catch (IOException e) {
        // Closed, or a client that went away: the next one may come.
        continue;
      }
    }
  }

  private void pump(Socket from, Socket to, boolean request) {
    byte[] buffer = new byte[1 << 16];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        Trap armed = trap;
        if (request && armed.request().length > 0 && contains(buffer, n, armed.request())) {
          trap = new Trap(new byte[0], Cut.REQUEST);
          refusing = staysDown;
          if (armed.cut() == Cut.ANSWER) {
            // The client's side goes first, so that no answer can reach it.
            from.close();
            out.write(buffer, 0, n);
            out.flush();
            awaitEnd(to);
          }
          sprung.countDown();
          cut();
          return;
        }
        out.write(buffer, 0, n);
        out.flush();
      }
    } catch (IOException e) {
      // One side is gone; closing the other is all there is to do.
      return;
    } finally {
      sockets.remove(from);
      sockets.remove(to);
    }
  }

  private static boolean contains(byte[] buffer, int length, byte[] sought) {
    for (int i = 0; i + sought.length <= length; i++) {
      int j = 0;
      while (j < sought.length && buffer[i + j] == sought[j]) {
        j++;
      }
      if (j == sought.length) {
        return true;
      }
    }
    return false;
  }

  /**
   * An orderly end lets the server finish what it was told; a reset may take away what it hasn't
   * read yet.
   */
  private static void awaitEnd(Socket server) {
    try {
      server.shutdownOutput();
      server.getInputStream().transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      // The other direction's thread came first to the answer, and closed the socket: the server is
      // done.
      return;
    }
  }

  /** Cuts all connections that are open. */
  public void cut() {
    for (Socket socket : sockets) {
      try {
        socket.close();
      } catch (IOException e) {
        // It is gone already.
        continue;
      }
    }
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
}
