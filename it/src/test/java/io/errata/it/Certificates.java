package io.errata.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.PBEParameterSpec;

/** Certificates for tests, made by the JDK's keytool: authorities, and what they vouch for. */
final class Certificates {
  static final String PASSWORD = "changeit";

  private final Path folder;

  Certificates(Path folder) {
    this.folder = folder;
  }

  /** Makes an authority. */
  void authority(String name) throws Exception {
    keytool("-genkeypair", "-dname", "CN=" + name, "-ext", "bc:c", store(name));
  }

  /**
   * Makes a key, and a certificate for it.
   *
   * @param authority who signs it
   * @param names whose it is, such as {@code ip:127.0.0.1}
   */
  void issue(String authority, String name, String names) throws Exception {
    keytool("-genkeypair", "-dname", "CN=" + name, store(name));
    Path request = folder.resolve(name + ".csr");
    keytool("-certreq", "-file", request.toString(), store(name));
    Path signed = folder.resolve(name + ".pem");
    keytool(
        "-gencert",
        "-rfc",
        "-ext",
        "san=" + names,
        "-infile",
        request.toString(),
        "-outfile",
        signed.toString(),
        store(authority));
    KeyStore keys = load(name);
    Certificate certificate;
    try (InputStream in = Files.newInputStream(signed)) {
      certificate = CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
    keys.setKeyEntry(
        "mykey",
        key(name),
        PASSWORD.toCharArray(),
        new Certificate[] {certificate, load(authority).getCertificate("mykey")});
    try (OutputStream out = Files.newOutputStream(file(name))) {
      keys.store(out, PASSWORD.toCharArray());
    }
  }

  /** The key and its certificates in PKCS #12. */
  Path file(String name) {
    return folder.resolve(name + ".p12");
  }

  private String store(String name) {
    return file(name).toString();
  }

  /** A file with the certificate, its chain behind it, in PEM. */
  Path chain(String name) throws Exception {
    StringBuilder pem = new StringBuilder();
    for (Certificate each : load(name).getCertificateChain("mykey")) {
      pem.append(pem("CERTIFICATE", each.getEncoded()));
    }
    return write(name + "-chain.pem", pem.toString());
  }

  /** A file with the private key in PEM, PKCS #8. */
  Path keyFile(String name) throws Exception {
    return write(name + "-key.pem", pem("PRIVATE KEY", key(name).getEncoded()));
  }

  /** The same, encrypted. */
  Path encryptedKeyFile(String name, String password) throws Exception {
    String algorithm = "PBEWithSHA1AndDESede";
    Cipher cipher = Cipher.getInstance(algorithm);
    cipher.init(
        Cipher.ENCRYPT_MODE,
        SecretKeyFactory.getInstance(algorithm)
            .generateSecret(new PBEKeySpec(password.toCharArray())),
        new PBEParameterSpec(new byte[8], 1_000));
    byte[] encrypted =
        new EncryptedPrivateKeyInfo(cipher.getParameters(), cipher.doFinal(key(name).getEncoded()))
            .getEncoded();
    return write(name + "-encrypted.pem", pem("ENCRYPTED PRIVATE KEY", encrypted));
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static String pem(String what, byte[] content) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(
            what,
            Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(content),
            what);
  }

  private PrivateKey key(String name) throws Exception {
    return (PrivateKey) load(name).getKey("mykey", PASSWORD.toCharArray());
  }

  private KeyStore load(String name) throws GeneralSecurityException, IOException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file(name))) {
      keys.load(in, PASSWORD.toCharArray());
    }
    return keys;
  }

  /** The last argument is the file of keys. */
  private static void keytool(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.add("-J-XX:TieredStopAtLevel=1");
    command.addAll(Arrays.asList(arguments).subList(0, arguments.length - 1));
    command.addAll(
        List.of(
            "-keystore", arguments[arguments.length - 1], "-storepass", PASSWORD, "-storetype"));
    command.add("PKCS12");
    if (arguments[0].equals("-genkeypair")) {
      command.addAll(List.of("-keyalg", "EC", "-validity", "10"));
    }
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException("keytool: " + said);
    }
  }
}
