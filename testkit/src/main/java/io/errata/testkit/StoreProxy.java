package io.errata.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * Stands before a server that speaks HTTP, on a port of its own on the loopback, and does harm to
 * chosen requests. Each connection carries one request. Thread-safe.
 */
public final class StoreProxy implements AutoCloseable {
  private static final int LONGEST_HEAD = 1 << 16;

  private final ServerSocket listener;
  private final int target;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final List<Harm> harms = new CopyOnWriteArrayList<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();

  private StoreProxy(int target) throws IOException {
    this.target = target;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  /** Starts a proxy to a port of this machine. */
  public static StoreProxy to(int port) {
    try {
      StoreProxy proxy = new StoreProxy(port);
      start(proxy::accept);
      return proxy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** The first lines of the requests so far, such as {@code GET /bucket/key HTTP/1.1}. */
  public List<String> asked() {
    return List.copyOf(asked);
  }

  /** How many requests so far have a first line like this. */
  public long count(Predicate<String> request) {
    return asked.stream().filter(request).count();
  }

  /** Answers the next requests of a kind with a status, without asking the server. */
  public void answer(Predicate<String> request, int status, int times) {
    harms.add(new Harm(request, new AtomicInteger(times), status, -1, () -> {}));
  }

  /** Lets the next answers of a kind end behind some bytes of their body, as a lost connection. */
  public void cut(Predicate<String> request, int bytes, int times) {
    harms.add(new Harm(request, new AtomicInteger(times), 0, bytes, () -> {}));
  }

  /** Does something once, when the next request of a kind has come and the server hasn't got it. */
  public void before(Predicate<String> request, Runnable action) {
    harms.add(new Harm(request, new AtomicInteger(1), 0, -1, action));
  }

  /** Does no more harm. */
  public void heal() {
    harms.clear();
  }

  private record Harm(
      Predicate<String> request, AtomicInteger times, int status, int bytes, Runnable action) {
    boolean isDue(String line) {
      return request.test(line) && times.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        open.add(client);
        start(() -> serve(client));
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void serve(Socket client) {
    try (client;
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target)) {
      open.add(server);
      String head = head(client.getInputStream());
      if (head.isEmpty()) {
        return;
      }
      String line = head.lines().findFirst().orElse("");
      asked.add(line);
      Harm harm = harms.stream().filter(h -> h.isDue(line)).findFirst().orElse(null);
      if (harm != null) {
        harm.action.run();
      }
      if (harm != null && harm.status > 0) {
        refuse(client, harm.status);
        return;
      }
      // One request a connection, so that nobody has to know where a body ends.
      String closing =
          head.replaceAll("(?im)^Connection:.*\r\n", "")
              .replaceFirst("\r\n", "\r\nConnection: close\r\n");
      server.getOutputStream().write(closing.getBytes(StandardCharsets.ISO_8859_1));
      start(() -> copy(client, server));
      InputStream in = server.getInputStream();
      OutputStream out = client.getOutputStream();
      if (harm != null && harm.bytes >= 0) {
        out.write(head(in).getBytes(StandardCharsets.ISO_8859_1));
        out.write(in.readNBytes(harm.bytes));
        out.flush();
        // What was sent is dropped at the other side where the connection ends by a reset.
        client.setSoLinger(true, 0);
        return;
      }
      in.transferTo(out);
      client.shutdownOutput();
    } catch (IOException e) {
      // One of the two has gone.
    } finally {
      open.remove(client);
    }
  }

  private static void refuse(Socket client, int status) throws IOException {
    // The whole request first: a client that is still sending would see a lost connection.
    client
        .getOutputStream()
        .write(
            ("HTTP/1.1 " + status + " Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
    client.shutdownOutput();
    client.getInputStream().transferTo(OutputStream.nullOutputStream());
  }

  private static void copy(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException e) {
      // One of the two has gone.
    }
  }

  /** Up to the empty line; empty where nothing comes. */
  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int last = 0;
    for (int next = in.read(); next >= 0; next = in.read()) {
      head.write(next);
      last = last << 8 | next;
      if (last == 0x0D0A0D0A) {
        return head.toString(StandardCharsets.ISO_8859_1);
      }
      if (head.size() > LONGEST_HEAD) {
        throw new IOException("The head of a request has no end");
      }
    }
    return "";
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "store-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  /** Ends all connections. */
  @Override
  public void close() {
    try {
      listener.close();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
