package io.errata.servers;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports of the loopback address for servers that start some seconds later.
 *
 * <p>They lie below those that systems give to whoever asks for just any, so that nobody is given
 * one of them before its server listens, or while that is down.
 */
public final class FreePorts {
  private static final int FIRST_PORT = 10_240;
  private static final int END_OF_PORTS = 32_768;

  private FreePorts() {}

  /**
   * Finds ports that are free now.
   *
   * @param count how many, all different
   * @throws IOException where none is found
   */
  public static int[] find(int count) throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      for (int tries = 0; sockets.size() < count; tries++) {
        if (tries > 100 * count) {
          throw new IOException("Cannot find a free port from " + FIRST_PORT + " on");
        }
        int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, END_OF_PORTS);
        ServerSocket socket = new ServerSocket();
        try {
          socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1);
          sockets.add(socket);
        } catch (BindException e) {
          // Somebody has it.
          socket.close();
        }
      }
      return sockets.stream().mapToInt(ServerSocket::getLocalPort).toArray();
    } finally {
      for (ServerSocket socket : sockets) {
        socket.close();
      }
    }
  }
}
