package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.errata.state.digest.Digest;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The list of what the program is made of, against the classes that are really in it. */
class SbomIT {
  /** Flink brings them, or nothing needs them at run time: see the shade plugin. */
  private static final Set<String> LEFT_OUT =
      Set.of("slf4j-api", "jspecify", "jsr305", "checker-qual");

  private static final Path BUILT = RepositoryFiles.root().resolve("jobs/target");
  private static final Path PROGRAM = BUILT.resolve("errata.jar");

  private JsonNode sbom;
  private Map<String, Long> classes;

  @BeforeEach
  void read() throws IOException {
    // The plugin does nothing where Maven was told to stay offline.
    assumeThat(BUILT.resolve("errata.cdx.json")).exists();
    sbom = new JsonMapper().readTree(Files.readAllBytes(BUILT.resolve("errata.cdx.json")));
    classes = classes(PROGRAM);
    classes.keySet().removeIf(name -> name.startsWith("io/errata/"));
  }

  /** Checksums by name, also of those for newer releases of Java. */
  private static Map<String, Long> classes(Path jar) throws IOException {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      return zip.stream()
          .filter(entry -> entry.getName().endsWith(".class"))
          .filter(entry -> !entry.getName().endsWith("module-info.class"))
          .collect(
              Collectors.toMap(ZipEntry::getName, ZipEntry::getCrc, (a, b) -> a, TreeMap::new));
    }
  }

  private static List<Path> classPath() {
    List<Path> jars = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      if (entry.endsWith(".jar")) {
        jars.add(Path.of(entry));
      }
    }
    return jars;
  }

  /** Names of third-party components by the digests of their jars. */
  private Map<String, String> components() {
    Map<String, String> names = new TreeMap<>();
    for (JsonNode component : sbom.path("components")) {
      if (!component.path("group").asText().equals("io.errata")) {
        assertThat(component.path("purl").asText()).startsWith("pkg:maven/");
        String digest =
            StreamSupport.stream(component.path("hashes").spliterator(), false)
                .filter(hash -> hash.path("alg").asText().equals("SHA-256"))
                .findFirst()
                .orElseThrow()
                .path("content")
                .asText();
        names.put(digest, component.path("name").asText());
      }
    }
    return names;
  }

  @Test
  void sbom_listsTheJarOfEveryClassOfTheProgram() throws Exception {
    Map<String, String> listed = components();
    Set<String> unexplained = new TreeSet<>(classes.keySet());
    Set<String> used = new TreeSet<>(LEFT_OUT);
    for (Path jar : classPath()) {
      String digest = Digest.of(Files.readAllBytes(jar)).hex();
      if (listed.containsKey(digest)) {
        Map<String, Long> own = classes(jar);
        if (own.isEmpty()) {
          used.add(listed.get(digest));
        }
        for (Map.Entry<String, Long> entry : own.entrySet()) {
          if (entry.getValue().equals(classes.get(entry.getKey()))) {
            unexplained.remove(entry.getKey());
            used.add(listed.get(digest));
          }
        }
      }
    }
    assertThat(classes).hasSizeGreaterThan(1_000);
    assertThat(unexplained).as("classes of jars that the list doesn't have").isEmpty();
    assertThat(listed.values()).as("jars that are listed and not there").isSubsetOf(used);
  }

  @Test
  void sbom_isPartOfTheProgramAndTheSameInEachBuild() throws Exception {
    try (ZipFile zip = new ZipFile(PROGRAM.toFile());
        InputStream in = zip.getInputStream(zip.getEntry("META-INF/sbom/errata.cdx.json"))) {
      assertThat(in.readAllBytes()).isEqualTo(Files.readAllBytes(BUILT.resolve("errata.cdx.json")));
    }
    assertThat(sbom.path("bomFormat").asText()).isEqualTo("CycloneDX");
    assertThat(sbom.path("metadata").path("component").path("name").asText())
        .isEqualTo("errata-jobs");
    // Nothing of it comes from the clock or from chance.
    assertThat(sbom.has("serialNumber")).isFalse();
    assertThat(sbom.path("metadata").has("timestamp")).isFalse();
  }
}
