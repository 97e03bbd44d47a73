package io.errata.jobs.plan;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

/** The jar that this program runs from, with all that a cluster needs of it. */
final class ErrataJar {
  private ErrataJar() {}

  /**
   * Finds it.
   *
   * @throws ErrataException USAGE where the program runs from anything else, such as a folder of
   *     classes
   */
  static Path find() {
    CodeSource source = ErrataJar.class.getProtectionDomain().getCodeSource();
    if (source == null) {
      throw missing("no file");
    }
    try {
      Path path = Path.of(source.getLocation().toURI());
      if (Files.isRegularFile(path) && isWhole(path)) {
        return path;
      }
      throw missing(path.toString());
    } catch (URISyntaxException | IOException e) {
      throw missing(source.getLocation().toString());
    }
  }

  /** The one that can be started has its libraries inside; the one of the module alone has not. */
  private static boolean isWhole(Path path) throws IOException {
    try (JarFile jar = new JarFile(path.toFile())) {
      Manifest manifest = jar.getManifest();
      return manifest != null
          && manifest.getMainAttributes().getValue(Attributes.Name.MAIN_CLASS) != null;
    }
  }

  private static ErrataException missing(String found) {
    return new ErrataException(
        ErrorCode.USAGE,
        "Cannot submit to a cluster: the program runs from " + found + " (errata.jar)",
        "Start it with the launcher, or with errata.jar on the class path.");
  }
}
