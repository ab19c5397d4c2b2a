package io.flashdeberta.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.flashdeberta.engine.FittedInput.Piece;
import io.flashdeberta.tokenizer.HandMadeTokens;
import io.flashdeberta.tokenizer.SpecialTokens;
import io.flashdeberta.tokenizer.TokenizedText;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class InputFitterTest {

    private static final InputFitter FITTER =
            new InputFitter(12, new SpecialTokens(1, 2, 0, 3, OptionalInt.empty()));

    private static TokenizedText tokens(int size) {
        return HandMadeTokens.ofSize(size);
    }

    @ParameterizedTest
    @EnumSource
    void leavesWhatFits(Truncation truncation) {
        for (int size : new int[] {0, 1, 10}) {
            FittedInput input = FITTER.single("It", tokens(size), truncation);
            assertThat(input.pieces()).hasSize(1);
            assertThat(input.tokens()).isEqualTo(size + 2);
            assertThat(input.truncated()).isFalse();
        }
        FittedInput pair = FITTER.pair("It", tokens(4), tokens(5), truncation);
        assertThat(pair.pieces()).hasSize(1);
        assertThat(pair.tokens()).isEqualTo(12);
        assertThat(pair.pieces().get(0).textPosition()).isEqualTo(6);
    }

    @Test
    void cutsAtTheLimit() {
        FittedInput input = FITTER.single("It", tokens(11), Truncation.TRUNCATE);
        assertThat(input.tokens()).isEqualTo(12);
        assertThat(input.truncated()).isTrue();
        FittedInput pair = FITTER.pair("It", tokens(3), tokens(7), Truncation.TRUNCATE);
        assertThat(pair.pieces().get(0).text().size()).isEqualTo(6);
        assertThat(pair.truncated()).isTrue();
    }

    @Test
    void refusesOnDemand() {
        assertThatExceptionOfType(InputTooLongException.class)
                .isThrownBy(() -> FITTER.single("Text 3", tokens(11), Truncation.ERROR))
                .withMessageStartingWith("Text 3 has 13 tokens; there is room for 12.")
                .satisfies(e -> assertThat(e.tokens()).isEqualTo(13))
                .satisfies(e -> assertThat(e.limit()).isEqualTo(12));
        assertThatExceptionOfType(InputTooLongException.class)
                .isThrownBy(() -> FITTER.pair("It", tokens(4), tokens(6), Truncation.ERROR));
    }

    @ParameterizedTest
    @CsvSource({"11, 0", "100, 0", "100, 3", "100, 9", "10, 9"})
    void windowsCoverAText(int size, int overlap) {
        FittedInput input = FITTER.windows(tokens(size), overlap);
        assertThat(input.truncated()).isFalse();
        int next = 0;
        for (Piece piece : input.pieces()) {
            assertThat(piece.input().length()).isLessThanOrEqualTo(12);
            assertThat(piece.text().id(0) - HandMadeTokens.FIRST_ID)
                    .isEqualTo(next == 0 ? 0 : next - overlap);
            assertThat(piece.input().ids()[piece.textPosition()])
                    .isEqualTo(piece.text().id(0));
            next = piece.text().id(piece.text().size() - 1) - HandMadeTokens.FIRST_ID + 1;
        }
        assertThat(next).isEqualTo(size);
    }

    @Test
    void everyWindowHasTheFirstText() {
        FittedInput input = FITTER.pair("It", tokens(5), tokens(9), Truncation.WINDOW);
        assertThat(input.pieces())
                .hasSizeGreaterThan(2)
                .allMatch(piece -> piece.input().length() <= 12)
                .allMatch(piece -> piece.textPosition() == 7);
        assertThat(input.first().pieces()).hasSize(1);
        assertThat(input.first().truncated()).isTrue();
    }

    @Test
    void aFirstTextThatLeavesTinyWindowsIsRefused() {
        InputFitter fitter = new InputFitter(80, FITTER.specialTokens());
        assertThat(fitter.pair("It", tokens(67), tokens(50), Truncation.WINDOW).pieces())
                .hasSizeLessThan(11);
        assertThatExceptionOfType(InputTooLongException.class)
                .isThrownBy(() -> fitter.pair("It", tokens(68), tokens(50), Truncation.WINDOW))
                .withMessageContaining("room for 67");
    }

    @Test
    void windowsNeedRoom() {
        assertThat(FITTER.pair("It", tokens(8), tokens(5), Truncation.WINDOW).pieces())
                .hasSize(5);
        assertThatExceptionOfType(InputTooLongException.class)
                .isThrownBy(() -> FITTER.pair("It", tokens(9), tokens(5), Truncation.WINDOW))
                .withMessageContaining("goes with every window")
                .withMessageContaining("room for 8");
    }
}
