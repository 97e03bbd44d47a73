package io.errata.jobs.spec;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.jobs.spec.YamlNode.Mapping;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads specs. What is wrong is reported all at once, each problem with its line, column and field;
 * no message holds what a reference to a secret stands for.
 */
public final class SpecParser {
  /** A file beyond this is no spec. */
  private static final long MAX_BYTES = 4L << 20;

  private SpecParser() {}

  /**
   * Reads a spec from a file, with the environment of this process.
   *
   * @param overrides {@code path=value} each, the value in YAML; a later one wins
   * @throws ErrataException INVALID_SPEC where the file can't be read or says something wrong
   */
  public static Spec parse(Path file, List<String> overrides) {
    return parse(
        "spec " + file,
        read(file),
        Optional.ofNullable(file.toAbsolutePath().getParent()),
        overrides,
        SpecParser::variable);
  }

  /**
   * Reads a spec from a file for another machine: references are looked at, and not resolved.
   *
   * @param overrides as in {@link #parse}
   * @throws ErrataException INVALID_SPEC where the file can't be read or says something wrong
   */
  public static UnresolvedSpec parseUnresolved(Path file, List<String> overrides) {
    Problems problems = new Problems();
    Spec spec =
        parse(
            "spec " + file,
            read(file),
            Optional.ofNullable(file.toAbsolutePath().getParent()),
            overrides,
            References.kept(problems),
            problems);
    return new UnresolvedSpec(spec.name(), spec.plans(), spec.text());
  }

  /**
   * Reads a spec that was kept, as {@link Spec#text()} gives it, with the environment of this
   * process.
   *
   * @param overrides as in {@link #parse}
   * @throws ErrataException INVALID_SPEC where it says something wrong
   */
  public static Spec parseText(String text, List<String> overrides) {
    return parseText(text, Optional.empty(), overrides, SpecParser::variable);
  }

  /**
   * Reads a spec.
   *
   * @param folder what its paths are relative to, or empty where they must be absolute
   * @param overrides as in {@link #parse}
   * @param environment gives the environment variable of a name
   * @throws ErrataException INVALID_SPEC where it says something wrong
   */
  public static Spec parseText(
      String text,
      Optional<Path> folder,
      List<String> overrides,
      Function<String, Optional<String>> environment) {
    return parse("the spec", text, folder, overrides, environment);
  }

  private static Spec parse(
      String name,
      String text,
      Optional<Path> folder,
      List<String> overrides,
      Function<String, Optional<String>> environment) {
    Problems problems = new Problems();
    return parse(
        name, text, folder, overrides, References.resolved(environment, problems), problems);
  }

  private static Spec parse(
      String name,
      String text,
      Optional<Path> folder,
      List<String> overrides,
      References references,
      Problems problems) {
    Mapping root = root(text, problems);
    if (!problems.isEmpty()) {
      // What stands in a document that can't be read is not known: nothing more can be said.
      throw problems.toException(name);
    }
    // Before, so that an override reaches a field of it; and behind, for what an override gives.
    Shorthands.expand(root);
    new Overrides(root, problems).apply(overrides);
    Shorthands.expand(root);
    new SpecPaths(folder, problems).makeAbsolute(root);
    references.refuseElsewhere(root, "");
    OptionValues values = new OptionValues(root, problems);
    Spec spec = new SpecAssembly(values, references, problems).assemble(YamlText.of(root));
    if (spec == null || !problems.isEmpty()) {
      throw problems.toException(name);
    }
    return spec;
  }

  private static Mapping root(String text, Problems problems) {
    Optional<YamlNode> root = YamlReader.read(text, null, problems);
    if (root.isPresent() && root.get() instanceof Mapping mapping) {
      return mapping;
    }
    if (problems.isEmpty()) {
      problems.add(
          root.map(YamlNode::location).orElse(Location.START),
          "",
          root.map(
                  node ->
                      "it is "
                          + node.kindName()
                          + " and must have fields, such as name: and window:")
              .orElse("it is empty"));
    }
    return Mapping.empty(Location.START);
  }

  private static Optional<String> variable(String name) {
    return Optional.ofNullable(System.getenv(name));
  }

  private static String read(Path file) {
    try {
      if (Files.isDirectory(file)) {
        throw unreadable(file, "it is a folder", null);
      }
      if (Files.size(file) > MAX_BYTES) {
        throw unreadable(file, "it has " + Files.size(file) + " bytes, at most " + MAX_BYTES, null);
      }
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      throw unreadable(file, "there is no such file", e);
    } catch (CharacterCodingException e) {
      throw unreadable(file, "it is not UTF-8", e);
    } catch (IOException e) {
      throw unreadable(file, e.getClass().getSimpleName() + ": " + e.getMessage(), e);
    }
  }

  private static ErrataException unreadable(Path file, String reason, @Nullable IOException cause) {
    return new ErrataException(
        ErrorCode.INVALID_SPEC,
        "Cannot read spec " + file + " (" + reason + ")",
        "Give the path of a spec in YAML; docs/spec.md says what one is.",
        cause);
  }
}
