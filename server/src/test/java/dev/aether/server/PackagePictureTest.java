package dev.aether.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The pictures in docs/architecture.md are the code's. */
class PackagePictureTest {
  private static final String ROOT = "dev.aether.server";
  private static final String JETSTREAM = "store.jetstream";
  private static final String GRPC = "grpc";
  private static final Pattern ARROW = Pattern.compile("^  (\\S+ --> \\S+)$", Pattern.MULTILINE);

  /** Generated messages of the server's own, which are no package of the picture. */
  private static final String GENERATED = "wire";

  @Test
  void everyArrowOfTheServerIsInItsPictureAndNoOther() throws IOException {
    assertEquals(
        String.join("\n", ofTheCode(PackagePictureTest::packageName)),
        String.join("\n", ofThePicture("## The server's packages")));
  }

  @Test
  void everyArrowInsideTheJetStreamStoreIsInItsPictureAndNoOther() throws IOException {
    assertEquals(
        String.join("\n", ofTheCode(name -> part(JETSTREAM, name))),
        String.join("\n", ofThePicture("## Inside the JetStream store")));
  }

  @Test
  void everyArrowInsideTheGrpcServerIsInItsPictureAndNoOther() throws IOException {
    assertEquals(
        String.join("\n", ofTheCode(name -> part(GRPC, name))),
        String.join("\n", ofThePicture("## Inside the gRPC server")));
  }

  private static Set<String> ofThePicture(String heading) throws IOException {
    String doc = Files.readString(Path.of("..", "docs", "architecture.md"));
    int begin = doc.indexOf(heading + "\n");
    assertTrue(begin >= 0, () -> "no heading " + heading);
    int end = doc.indexOf("\n## ", begin);
    Set<String> arrows = new TreeSet<>();
    ARROW
        .matcher(doc.substring(begin, end < 0 ? doc.length() : end))
        .results()
        .forEach(found -> arrows.add(found.group(1)));
    return arrows;
  }

  /** The arrows between packages by the names that they have in a picture; without one, none. */
  private static Set<String> ofTheCode(Function<String, Optional<String>> naming) {
    Set<String> arrows = new TreeSet<>();
    for (JavaClass from :
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT)) {
      Optional<String> source = naming.apply(from.getPackageName());
      targets(from)
          .map(JavaClass::getPackageName)
          .filter(target -> target.startsWith(ROOT))
          .map(naming)
          .forEach(target -> add(arrows, source, target));
    }
    return arrows;
  }

  /** What a class names; ArchUnit does not count what is only caught. */
  private static Stream<JavaClass> targets(JavaClass from) {
    return Stream.concat(
        from.getDirectDependenciesFromSelf().stream().map(Dependency::getTargetClass),
        from.getCodeUnits().stream()
            .flatMap(unit -> unit.getTryCatchBlocks().stream())
            .flatMap(block -> block.getCaughtThrowables().stream()));
  }

  private static void add(Set<String> arrows, Optional<String> from, Optional<String> to) {
    if (from.isPresent() && to.isPresent() && !from.equals(to)) {
      arrows.add(from.get() + " --> " + to.get());
    }
  }

  /** In the server's picture, the parts of a package are shown as one package. */
  private static Optional<String> packageName(String name) {
    if (name.equals(ROOT)) {
      return Optional.of("root");
    }
    String inside = name.substring(ROOT.length() + 1);
    if (inside.equals(GENERATED)) {
      return Optional.empty();
    }
    return Stream.of("cli", GRPC, JETSTREAM)
        .filter(part -> inside.startsWith(part + "."))
        .findAny()
        .or(() -> Optional.of(inside));
  }

  /** The package above the parts is left out: it puts them together and names them all. */
  private static Optional<String> part(String whole, String name) {
    String prefix = ROOT + "." + whole + ".";
    return name.startsWith(prefix)
        ? Optional.of(name.substring(prefix.length()))
        : Optional.empty();
  }
}
