package io.errata.jobs.spec;

import io.errata.jobs.spec.YamlNode.Mapping;
import io.errata.jobs.spec.YamlNode.Scalar;
import io.errata.jobs.spec.YamlNode.Sequence;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes the paths of a document absolute, so that it means the same from anywhere. */
final class SpecPaths {
  /** A scheme has two letters at least; one is a drive of Windows. */
  private static final Pattern URI = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:.*", Pattern.DOTALL);

  /** The URL of a database in a folder. */
  static final String EMBEDDED = "embedded:";

  private final @Nullable Path folder;
  private final Problems problems;

  SpecPaths(Optional<Path> folder, Problems problems) {
    this.folder = folder.map(f -> f.toAbsolutePath().normalize()).orElse(null);
    this.problems = problems;
  }

  void makeAbsolute(Mapping root) {
    for (SpecOption<String> option : SpecOptions.paths()) {
      change(
          root,
          option,
          scalar -> isUri(scalar.text()) ? scalar.text() : absolute(scalar, option, scalar.text()));
    }
    for (SpecOption<?> option : SpecOptions.listsOfFiles()) {
      changeFiles(root, option);
    }
    for (SpecOption<String> option : SpecOptions.credentials()) {
      change(root, option, scalar -> credential(scalar, option));
    }
    if (root.find(SpecOptions.PLANS.path()) == null) {
      if (folder == null) {
        problems.add(
            root.location(),
            SpecOptions.PLANS.path(),
            "it is missing, and this spec has no folder");
      } else {
        root.put(
            root.location(),
            SpecOptions.PLANS.path(),
            new Scalar(root.location(), Scalar.Kind.TEXT, folder.resolve("plans").toString()));
      }
    }
  }

  private String credential(Scalar scalar, SpecOption<String> option) {
    String text = scalar.text();
    if (option == SpecOptions.URL && text.startsWith(EMBEDDED)) {
      String path = text.substring(EMBEDDED.length());
      return path.isBlank() ? text : EMBEDDED + absolute(scalar, option, path);
    }
    return References.FILE
        .matcher(text)
        .replaceAll(
            file ->
                Matcher.quoteReplacement(
                    "${file:" + absolute(scalar, option, file.group(1)) + "}"));
  }

  /** Whether a path of a spec names something on another file system, perhaps. */
  static boolean isUri(String text) {
    return URI.matcher(text).matches();
  }

  private void changeFiles(Mapping root, SpecOption<?> option) {
    YamlNode at = root;
    for (String name : option.path().split("\\.")) {
      at = at instanceof Mapping mapping ? mapping.find(name) : null;
    }
    if (at instanceof Sequence list) {
      for (YamlNode item : list.items()) {
        if (item instanceof Mapping mapping
            && mapping.find("file") instanceof Scalar scalar
            && scalar.kind() == Scalar.Kind.TEXT
            && !isUri(scalar.text())) {
          mapping.put(
              scalar.location(), "file", scalar.withText(absolute(scalar, option, scalar.text())));
        }
      }
    }
  }

  private String absolute(Scalar scalar, SpecOption<?> option, String text) {
    try {
      Path path = Path.of(text);
      if (path.isAbsolute()) {
        return path.normalize().toString();
      }
      if (folder == null) {
        problems.add(
            scalar.location(), option.path(), "the path is relative, and this spec has no folder");
        return text;
      }
      return folder.resolve(path).normalize().toString();
    } catch (InvalidPathException e) {
      problems.add(scalar.location(), option.path(), "it is no path: " + e.getReason());
      return text;
    }
  }

  private static void change(
      Mapping root, SpecOption<String> option, Function<Scalar, String> change) {
    List<String> names = List.of(option.path().split("\\."));
    Mapping at = root;
    for (String name : names.subList(0, names.size() - 1)) {
      if (!(at.find(name) instanceof Mapping mapping)) {
        return;
      }
      at = mapping;
    }
    Mapping.Entry entry = at.entries().get(option.name());
    if (entry != null
        && entry.value() instanceof Scalar scalar
        && scalar.kind() == Scalar.Kind.TEXT
        && !scalar.text().isBlank()) {
      at.put(entry.location(), option.name(), scalar.withText(change.apply(scalar)));
    }
  }
}
