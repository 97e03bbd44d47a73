package io.errata.connectors.kafka;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * What listens at the address of a broker that doesn't answer Kafka's client, which only says that
 * time is up. Nothing secret is sent.
 */
final class ListenerProbe {
  private static final int MILLIS = 1_000;

  /** SaslHandshake, version 1, with a mechanism that nobody has. */
  private static final short SASL_HANDSHAKE = 17;

  private static final short UNSUPPORTED_MECHANISM = 33;
  private static final short ILLEGAL_STATE = 34;
  private static final int LARGEST_ANSWER = 1 << 16;

  private ListenerProbe() {}

  /** What was found. */
  enum Found {
    /** A broker without TLS that asks for a login. */
    LOGIN("a broker that asks for a login, without TLS"),
    /** A broker that asks for neither TLS nor a login. */
    OPEN("a broker that asks for neither TLS nor a login"),
    /** Something that speaks TLS. */
    TLS("something that speaks TLS"),
    SILENT("something listens there, and doesn't answer as a broker would"),
    REFUSED("connection refused"),
    UNKNOWN_HOST("unknown host"),
    NO_ANSWER("no answer"),
    FAILED("the connection fails"),
    NO_ADDRESS("not host:port");

    private final String text;

    Found(String text) {
      this.text = text;
    }

    /** For people. */
    String text() {
      return text;
    }
  }

  /**
   * Looks, for a few seconds at most.
   *
   * @param broker {@code host:port}
   */
  static Found look(String broker) {
    InetSocketAddress address;
    try {
      int colon = broker.lastIndexOf(':');
      String host = broker.substring(0, Math.max(0, colon)).replaceAll("^\\[|\\]$", "");
      address = new InetSocketAddress(host, Integer.parseInt(broker.substring(colon + 1)));
    } catch (IllegalArgumentException e) {
      return Found.NO_ADDRESS;
    }
    try (Socket socket = connect(address)) {
      Found kafka = ask(socket);
      return kafka == Found.SILENT ? shakeHands(address) : kafka;
    } catch (ConnectException e) {
      return Found.REFUSED;
    } catch (UnknownHostException e) {
      return Found.UNKNOWN_HOST;
    } catch (SocketTimeoutException e) {
      return Found.NO_ANSWER;
    } catch (IOException e) {
      return Found.FAILED;
    }
  }

  private static Socket connect(InetSocketAddress address) throws IOException {
    Socket socket = new Socket();
    try {
      socket.setSoTimeout(MILLIS);
      socket.connect(address, MILLIS);
      return socket;
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  /** Format: "Kafka Protocol Guide", request header 1 and SaslHandshake 1. */
  private static Found ask(Socket socket) {
    byte[] client = "errata".getBytes(StandardCharsets.US_ASCII);
    byte[] mechanism = "NONE".getBytes(StandardCharsets.US_ASCII);
    try {
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      out.writeInt(2 + 2 + 4 + 2 + client.length + 2 + mechanism.length);
      out.writeShort(SASL_HANDSHAKE);
      out.writeShort(1);
      out.writeInt(1);
      out.writeShort(client.length);
      out.write(client);
      out.writeShort(mechanism.length);
      out.write(mechanism);
      out.flush();
      DataInputStream in = new DataInputStream(socket.getInputStream());
      int size = in.readInt();
      if (size < 6 || size > LARGEST_ANSWER || in.readInt() != 1) {
        return Found.SILENT;
      }
      return switch (in.readShort()) {
        case UNSUPPORTED_MECHANISM -> Found.LOGIN;
        case ILLEGAL_STATE -> Found.OPEN;
        default -> Found.SILENT;
      };
    } catch (IOException e) {
      return Found.SILENT;
    }
  }

  private static Found shakeHands(InetSocketAddress address) throws IOException {
    SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
    try (Socket plain = connect(address);
        SSLSocket socket =
            (SSLSocket)
                factory.createSocket(plain, address.getHostString(), address.getPort(), true)) {
      socket.startHandshake();
      return Found.TLS;
    } catch (IOException e) {
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        // It has shown a certificate; whether that is trusted is another question.
        if (cause instanceof CertificateException) {
          return Found.TLS;
        }
      }
      return Found.SILENT;
    }
  }
}
