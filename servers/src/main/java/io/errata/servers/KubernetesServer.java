package io.errata.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A real Kubernetes API server, with the etcd that it keeps its objects in, on ports of the
 * loopback address. There are no nodes and no controllers: objects are checked and kept, and
 * nothing is done about them. It ends with {@link #close()}, or else with this JVM. Thread-safe.
 */
public final class KubernetesServer implements AutoCloseable {
  private static final BuiltServers BUILT =
      new BuiltServers("servers/build-kube-apiserver.sh", "ERRATA_KUBERNETES");

  private static final int KEY_BITS = 2_048;
  private static final String TOKEN = "errata-test-administrator";

  private final NativeServer etcd;
  private final NativeServer server;
  private final Path certificates;
  private final int port;

  private KubernetesServer(NativeServer etcd, NativeServer server, Path certificates, int port) {
    this.etcd = etcd;
    this.server = server;
    this.certificates = certificates;
    this.port = port;
  }

  /**
   * The folder of the servers' programs, of {@code kubectl} and of {@code kustomize}. Where {@code
   * ERRATA_KUBERNETES} is {@code required}, they are built if need be.
   *
   * @return empty where they aren't built
   * @throws IllegalStateException where they are required and can't be built
   */
  public static Optional<Path> programs() {
    return BUILT.find();
  }

  /**
   * Starts one.
   *
   * @param programs as {@link #programs()} has found them
   * @param folder for its data and what it prints
   */
  public static KubernetesServer start(Path programs, Path folder) {
    try {
      int[] ports = FreePorts.find(3);
      String store = "http://127.0.0.1:" + ports[0];
      Path key = Files.writeString(folder.resolve("accounts.key"), key());
      Path tokens =
          Files.writeString(
              folder.resolve("tokens.csv"), TOKEN + ",administrator,1,\"system:masters\"\n");
      Path certificates = Files.createDirectories(folder.resolve("certificates"));
      NativeServer etcd =
          NativeServer.start(
              List.of(
                  programs.resolve("etcd").toString(),
                  "--data-dir=" + folder.resolve("etcd"),
                  "--listen-client-urls=" + store,
                  "--advertise-client-urls=" + store,
                  "--listen-peer-urls=http://127.0.0.1:" + ports[1],
                  "--unsafe-no-fsync"),
              Map.of(),
              ports[0],
              folder.resolve("etcd.log"));
      try {
        NativeServer server =
            NativeServer.start(
                List.of(
                    programs.resolve("kube-apiserver").toString(),
                    "--etcd-servers=" + store,
                    "--bind-address=127.0.0.1",
                    "--advertise-address=127.0.0.1",
                    "--secure-port=" + ports[2],
                    "--cert-dir=" + certificates,
                    "--service-account-key-file=" + key,
                    "--service-account-signing-key-file=" + key,
                    "--service-account-issuer=https://kubernetes.default.svc",
                    "--service-cluster-ip-range=10.0.0.0/24",
                    "--token-auth-file=" + tokens,
                    "--authorization-mode=RBAC",
                    "--enable-admission-plugins=OwnerReferencesPermissionEnforcement"),
                Map.of(),
                ports[2],
                folder.resolve("kube-apiserver.log"));
        return new KubernetesServer(etcd, server, certificates, ports[2]);
      } catch (RuntimeException | Error e) {
        etcd.close();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** That which tokens of service accounts are signed with. */
  private static String key() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(KEY_BITS);
      Base64.Encoder lines = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
      return "-----BEGIN PRIVATE KEY-----\n"
          + lines.encodeToString(generator.generateKeyPair().getPrivate().getEncoded())
          + "\n-----END PRIVATE KEY-----\n";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Where it answers; it may take some moments until it is ready. */
  public URI address() {
    return URI.create("https://127.0.0.1:" + port);
  }

  /** The certificate that it shows, signed by itself. */
  public Path certificate() {
    return certificates.resolve("apiserver.crt");
  }

  /** By what it knows somebody who may do everything. */
  public String token() {
    return TOKEN;
  }

  @Override
  public void close() {
    server.close();
    etcd.close();
  }
}
