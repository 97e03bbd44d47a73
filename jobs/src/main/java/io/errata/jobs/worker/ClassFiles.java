package io.errata.jobs.worker;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;

/** Where the bytes of loaded classes are. */
final class ClassFiles {
  private ClassFiles() {}

  static InputStream open(Class<?> type) throws IOException {
    String path = type.getName().replace('.', '/') + ".class";
    ClassLoader loader =
        type.getClassLoader() == null ? ClassLoader.getSystemClassLoader() : type.getClassLoader();
    InputStream in = loader.getResourceAsStream(path);
    if (in == null) {
      throw new FileNotFoundException(path);
    }
    return in;
  }
}
