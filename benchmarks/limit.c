/* The limit: the lab's network (2 inputs, 2 ReLU units, 4 logits) trained with Adam, as fast as this processor goes.
 *
 * One run, written for this one shape: the rows of a batch are the lanes of AVX-512 registers, all 18 parameters live
 * in two registers, square root and division are an estimate and one Newton step. It records no weights on the way.
 * Needs AVX-512 F, DQ, BW. Build: cc -O3 -march=native -shared -fPIC limit.c -o limit.so -lm
 */
#include <immintrin.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef __m512 vec;
enum { PARAMETERS = 18 };
#define INLINE static inline __attribute__((always_inline))
#define SET(x) _mm512_set1_ps(x)
#define FMA(a, b, c) _mm512_fmadd_ps(a, b, c)
#define FNMA(a, b, c) _mm512_fnmadd_ps(a, b, c)
#define MUL(a, b) _mm512_mul_ps(a, b)
#define ADD(a, b) _mm512_add_ps(a, b)
#define SUB(a, b) _mm512_sub_ps(a, b)
#define ZERO _mm512_setzero_ps()
static const float LOG2E = 1.44269504088896341f, LN2 = 0.69314718055994531f;

INLINE vec power_of_two(vec t) { /* degree 5 minimax polynomial, 7.5e-8 relative */
    vec r = _mm512_reduce_ps(t, 0x09);
    vec p = FMA(r, SET(0.001877576639f), SET(0.008989340472f));
    p = FMA(r, p, SET(0.05582631742f));
    p = FMA(r, p, SET(0.2401536174f));
    p = FMA(r, p, SET(0.6931530731f));
    p = FMA(r, p, SET(0.9999999251f));
    return _mm512_scalef_ps(p, t);
}

INLINE vec reciprocal(vec x) {
    vec r = _mm512_rcp14_ps(x);
    return FMA(r, FNMA(x, r, SET(1.f)), r);
}

INLINE vec log_of_two(vec x) {
    vec e = _mm512_getexp_ps(x), m = _mm512_getmant_ps(x, _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_zero);
    __mmask16 high =
        _mm512_cmp_ps_mask(_mm512_getmant_ps(x, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_zero), SET(1.5f), _CMP_GE_OQ);
    e = _mm512_mask_add_ps(e, high, e, SET(1.f));
    vec s = MUL(SUB(m, SET(1.f)), reciprocal(ADD(m, SET(1.f)))), q = MUL(s, s);
    vec p = FMA(q, SET(1 / 9.f), SET(1 / 7.f));
    p = FMA(q, p, SET(1 / 5.f));
    p = FMA(q, p, SET(1 / 3.f));
    p = FMA(q, p, SET(1.f));
    return FMA(MUL(SET(2.8853900817779268f), s), p, e);
}

INLINE vec adam(vec p, vec g, vec *m, vec *v, vec rate) { /* Keras's form */
    vec mean = FMA(SUB(g, *m), SET(.1f), *m), square = FMA(_mm512_fmsub_ps(g, g, *v), SET(.001f), *v);
    *m = mean;
    *v = square;
    vec x = _mm512_max_ps(square, SET(1e-30f)), r = _mm512_rsqrt14_ps(x), s = MUL(x, r);
    s = FMA(MUL(s, SET(.5f)), FNMA(s, r, SET(1.f)), s);
    return FNMA(MUL(rate, mean), reciprocal(ADD(s, SET(1e-7f))), p);
}

INLINE vec fold(vec a, vec b, int level) { /* add the halves of both, level by level: 16 vectors end as one */
    return level < 2 ? ADD(_mm512_shuffle_f32x4(a, b, 0x88), _mm512_shuffle_f32x4(a, b, 0xdd))
                     : ADD(_mm512_shuffle_ps(a, b, 0x88), _mm512_shuffle_ps(a, b, 0xdd));
}

typedef struct { vec x0, x1; __mmask16 on, y[4]; } rows;

INLINE rows fetch(const float *X0, const float *X1, const int *labels, const uint8_t *order, int count) {
    rows r;
    r.on = count >= 16 ? 0xffff : (1u << count) - 1;
    __m512i index = _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(r.on, order));
    r.x0 = _mm512_i32gather_ps(index, X0, 4);
    r.x1 = _mm512_i32gather_ps(index, X1, 4);
    __m512i y = _mm512_i32gather_epi32(index, labels, 4);
    for (int c = 0; c < 4; c++) r.y[c] = _mm512_mask_cmpeq_epi32_mask(r.on, y, _mm512_set1_epi32(c));
    return r;
}

/* Sixteen rows forward and back: adds (or, first, puts) their gradient to G, their softmax sums to *product. */
INLINE void sixteen(const float *w, rows r, vec *G, vec *product, vec *own, int first) {
#define W(k) SET(w[k])
    vec h0 = FMA(r.x1, W(2), FMA(r.x0, W(0), W(4))), h1 = FMA(r.x1, W(3), FMA(r.x0, W(1), W(5)));
    __mmask16 on0 = _mm512_cmp_ps_mask(h0, ZERO, _CMP_GT_OQ), on1 = _mm512_cmp_ps_mask(h1, ZERO, _CMP_GT_OQ);
    vec a0 = _mm512_max_ps(h0, ZERO), a1 = _mm512_max_ps(h1, ZERO), z[4], q[4];
    for (int c = 0; c < 4; c++) z[c] = MUL(FMA(a1, W(10 + c), FMA(a0, W(6 + c), W(14 + c))), SET(LOG2E));
    vec m = _mm512_max_ps(_mm512_max_ps(z[0], z[1]), _mm512_max_ps(z[2], z[3]));
    for (int c = 0; c < 4; c++) {
        z[c] = SUB(z[c], m);
        q[c] = power_of_two(z[c]);
    }
    vec sum = ADD(ADD(q[0], q[1]), ADD(q[2], q[3])), scale = _mm512_maskz_mov_ps(r.on, reciprocal(sum));
    *product = _mm512_mask_mul_ps(*product, r.on, *product, sum);
    for (int c = 0; c < 4; c++) {
        *own = _mm512_mask_add_ps(*own, r.y[c], *own, z[c]);
        q[c] = MUL(q[c], scale);
        q[c] = _mm512_mask_sub_ps(q[c], r.y[c], q[c], SET(1.f));
    }
    vec d0 = MUL(q[0], W(6)), d1 = MUL(q[0], W(10));
    d0 = FMA(q[2], W(8), FMA(q[1], W(7), d0));
    d1 = FMA(q[2], W(12), FMA(q[1], W(11), d1));
    d0 = _mm512_maskz_fmadd_ps(on0, q[3], W(9), d0);
    d1 = _mm512_maskz_fmadd_ps(on1, q[3], W(13), d1);
    vec T[PARAMETERS] = {MUL(r.x0, d0), MUL(r.x0, d1), MUL(r.x1, d0), MUL(r.x1, d1), d0, d1,
                         MUL(a0, q[0]), MUL(a0, q[1]), MUL(a0, q[2]), MUL(a0, q[3]),
                         MUL(a1, q[0]), MUL(a1, q[1]), MUL(a1, q[2]), MUL(a1, q[3]), q[0], q[1], q[2], q[3]};
    for (int k = 0; k < PARAMETERS; k++) G[k] = first ? T[k] : ADD(G[k], T[k]);
#undef W
}

/* Lane k of the result is the sum of G[k]; G[16] and G[17] go to lanes 0 and 1 of *rest. */
INLINE vec sums(const vec *G, vec *rest) {
    static const int order[16] = {0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15};
    vec r[16], q[8];
    for (int k = 0; k < 16; k++) r[k] = G[order[k]];
    for (int k = 0; k < 8; k++) q[k] = fold(r[2 * k], r[2 * k + 1], 0);
    for (int k = 0; k < 4; k++) r[k] = fold(q[2 * k], q[2 * k + 1], 1);
    for (int k = 0; k < 2; k++) q[k] = fold(r[2 * k], r[2 * k + 1], 2);
    vec two = fold(G[16], G[17], 0);
    two = fold(two, two, 1);
    two = fold(two, two, 2);
    two = fold(two, two, 3);
    *rest = _mm512_maskz_permutexvar_ps(3, _mm512_setr_epi32(0, 4, 8, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), two);
    return fold(q[0], q[1], 3);
}

/* n <= 256 points X (n, 2), classes y, order (epochs, n); P (18): in the start, out the end; loss (epochs). */
void train(int n, int epochs, int batch, float rate, const float *X, const uint8_t *y, const uint8_t *order, float *P,
           float *loss) {
    float X0[256], X1[256], w[32] __attribute__((aligned(64))) = {0};
    int labels[256];
    for (int i = 0; i < n; i++) {
        X0[i] = X[2 * i];
        X1[i] = X[2 * i + 1];
        labels[i] = y[i];
    }
    memcpy(w, P, PARAMETERS * sizeof(float));
    vec pa = _mm512_load_ps(w), pb = _mm512_load_ps(w + 16), ma = ZERO, mb = ZERO, va = ZERO, vb = ZERO;
    double power_1 = 1, power_2 = 1;
    for (int e = 0; e < epochs; e++) {
        vec product = SET(1.f), own = ZERO, logs = ZERO;
        for (int s = 0; s < n; s += batch) {
            const uint8_t *o = order + (size_t)e * n + s;
            int count = n - s < batch ? n - s : batch;
            vec G[PARAMETERS], gb;
            sixteen(w, fetch(X0, X1, labels, o, count), G, &product, &own, 1);
            for (int k = 16; k < count; k += 16)
                sixteen(w, fetch(X0, X1, labels, o + k, count - k), G, &product, &own, 0);
            vec ga = sums(G, &gb);
            logs = ADD(logs, _mm512_getexp_ps(product)); /* the sum of logs is the log of the product */
            product = _mm512_getmant_ps(product, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_zero);
            power_1 *= .9;
            power_2 *= .999;
            const vec a = SET((float)(rate * sqrt(1 - power_2) / (1 - power_1))), inverse = SET(1.f / count);
            pa = adam(pa, MUL(ga, inverse), &ma, &va, a);
            pb = adam(pb, MUL(gb, inverse), &mb, &vb, a);
            _mm512_store_ps(w, pa);
            _mm512_store_ps(w + 16, pb);
        }
        loss[e] = LN2 / n * _mm512_reduce_add_ps(SUB(ADD(logs, log_of_two(product)), own));
    }
    memcpy(P, w, PARAMETERS * sizeof(float));
}
