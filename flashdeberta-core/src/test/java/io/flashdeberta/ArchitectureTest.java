package io.flashdeberta;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The picture in docs/architecture.md. */
class ArchitectureTest {

    private static final JavaClasses CORE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.flashdeberta");

    private static final String[] TASKS = {
        "io.flashdeberta.rerank..",
        "io.flashdeberta.ner..",
        "io.flashdeberta.classify..",
        "io.flashdeberta.qa..",
        "io.flashdeberta.mlm..",
        "io.flashdeberta.embed..",
        "io.flashdeberta.choice.."
    };

    @Test
    void layersSeeOnlyWhatIsBelowThem() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("tasks")
                .definedBy(TASKS)
                .layer("engine")
                .definedBy("io.flashdeberta.engine..")
                .layer("model")
                .definedBy("io.flashdeberta.model..")
                .layer("tokenizer")
                .definedBy("io.flashdeberta.tokenizer..")
                .layer("backend")
                .definedBy("io.flashdeberta.backend")
                .layer("cpu")
                .definedBy("io.flashdeberta.backend.cpu..")
                .layer("checkpoint")
                .definedBy("io.flashdeberta.checkpoint..")
                .whereLayer("tasks")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("engine")
                .mayOnlyBeAccessedByLayers("tasks")
                .whereLayer("model")
                .mayOnlyBeAccessedByLayers("tasks", "engine")
                .whereLayer("tokenizer")
                .mayOnlyBeAccessedByLayers("tasks", "engine")
                .whereLayer("backend")
                .mayOnlyBeAccessedByLayers("tasks", "engine", "model", "cpu")
                .whereLayer("cpu")
                .mayNotBeAccessedByAnyLayer()
                .check(CORE);
    }

    @Test
    void packagesFormNoCircles() {
        slices().matching("io.flashdeberta.(**)").should().beFreeOfCycles().check(CORE);
    }

    @Test
    void tasksDoNotKnowEachOther() {
        for (String task : TASKS) {
            noClasses()
                    .that()
                    .resideInAPackage(task)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(Arrays.stream(TASKS)
                            .filter(other -> !other.equals(task))
                            .toArray(String[]::new))
                    .check(CORE);
        }
    }

    @Test
    void coreKnowsNoSpring() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.springframework..")
                .check(CORE);
    }
}
